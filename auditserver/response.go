package auditserver

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// handler answers the requests of one route.
type handler func(context.Context, *request) (*response, error)

// response is what a handler makes: what the client is answered. body is JSON text.
type response struct {
	status   int // 0: 200
	body     []byte
	render   func() ([]byte, error) // makes the body after the commit, so that other writers do not wait for it
	location string
	header   map[string]string
	write    func(http.ResponseWriter, *http.Request) // writes the answer itself: files
	secret   bool                                     // shows a session token: nobody may store it
	page     bool                                     // is a page of rows, of which secret is known: it is too long to be searched
}

// rendered returns the response with its body made.
func (res *response) rendered() (*response, error) {
	if res == nil || res.render == nil {
		return res, nil
	}
	var err error
	res.body, err = res.render()
	res.render = nil
	return res, err
}

func jsonResponse(v any) (*response, error) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, err
	}
	return &response{body: b}, nil
}

var emptyResponse = &response{body: []byte("{}")}

// created is the response to a create: id, time, and what the server changed.
func created(req *request, row store.Row, echo map[string]any) *response {
	path := "/classes/" + row.Class() + "/"
	if row.Class() == "_User" {
		path = "/users/"
	}
	return &response{status: http.StatusCreated, location: req.location + path + url.PathEscape(row.ID()), render: func() ([]byte, error) {
		id, _ := row.Field("objectId")
		at, _ := row.Field("createdAt")
		if acl, ok := row.Field("ACL"); ok && echo["ACL"] != nil {
			echo["ACL"] = acl
		}
		b := append(append(make([]byte, 0, 256), `{"objectId":`...), id...)
		return appendEcho(append(append(b, `,"createdAt":`...), at...), echo)
	}}
}

// updated is the response to an update.
func updated(row store.Row, echo map[string]any) *response {
	at, _ := row.Field("updatedAt")
	at = slices.Clone(at) // a batch of a thousand changes must not keep a thousand objects
	return &response{render: func() ([]byte, error) {
		return appendEcho(append([]byte(`{"updatedAt":`), at...), echo)
	}}
}

// appendEcho adds the members of echo to a JSON object that has some and ends it.
func appendEcho(b []byte, echo map[string]any) ([]byte, error) {
	for _, name := range slices.Sorted(maps.Keys(echo)) {
		value, ready := echo[name].(jsontext.Value)
		if !ready {
			var err error
			if value, err = json.Marshal(echo[name], json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
				return nil, err
			}
		}
		b = append(append(append(append(b, ','), rawjson.Quoted(name)...), ':'), value...)
	}
	return append(b, '}'), nil
}
