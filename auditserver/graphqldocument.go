package auditserver

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// readDocument reads a document with its variables from JSON, from the query string,
// or from a multipart form with files.
func (s *Server) readDocument(req *request) (*document.Request, error) {
	params := &req.Params
	if operations := []byte(req.Body.Text("operations")); len(operations) > 0 {
		if err := s.measured(operations); err != nil {
			return nil, err
		}
		body, err := rawjson.Parse(operations)
		if err != nil {
			return nil, err
		}
		params = &rawjson.Params{Body: body}
	}
	r := &document.Request{Document: params.TextParam("query"), OperationName: params.TextParam("operationName")}
	if raw, ok := params.Param("variables"); ok && raw.Kind() != 'n' {
		if err := s.measured(raw); err != nil { // those of a query string were not yet
			return nil, err
		}
		if json.Unmarshal(raw, &r.Variables, rawjson.Options) != nil {
			return nil, fault.BadRequest("variables is " + rawjson.KindOf(raw) + ", want an object")
		}
	}
	return r, s.placeUploads(req, r.Variables)
}

// measured refuses JSON that is too large or too deep to be read.
func (s *Server) measured(raw []byte) error {
	return rawjson.NewMeter(s.cfg.Limits.Depth, s.cfg.Limits.Values).See(raw)
}

// placeUploads puts the files of a multipart form where its map says: a path such as
// variables.file or variables.files.0.
func (s *Server) placeUploads(req *request, variables map[string]any) error {
	var places map[string][]string
	if text := req.Body.Text("map"); text != "" {
		if err := s.measured([]byte(text)); err != nil {
			return err
		}
		if json.Unmarshal([]byte(text), &places) != nil {
			return fault.BadRequest("map is no object of lists of paths")
		}
	}
	for name, paths := range places {
		sent, ok := req.uploads[name].(map[string]any)
		if !ok {
			return fault.BadRequest("the form has no file " + strconv.Quote(name) + ", which its map names")
		}
		data, _ := sent["data"].([]byte)
		fileName, _ := sent["filename"].(string)
		contentType, _ := sent["contentType"].(string)
		upload := document.Upload{Name: fileName, ContentType: contentType, Content: func() io.Reader { return bytes.NewReader(data) }}
		for _, path := range paths {
			if !place(variables, strings.Split(strings.TrimPrefix(path, "variables."), "."), upload) {
				return fault.BadRequest("map names " + strconv.Quote(path) + ", which is no place in variables")
			}
		}
	}
	return nil
}

// place sets what the path leads to.
func place(in any, path []string, v any) bool {
	last := len(path) == 1
	switch in := in.(type) {
	case map[string]any:
		if _, there := in[path[0]]; !there {
			return false
		}
		if last {
			in[path[0]] = v
			return true
		}
		return place(in[path[0]], path[1:], v)
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(in) {
			return false
		}
		if last {
			in[i] = v
			return true
		}
		return place(in[i], path[1:], v)
	}
	return false
}
