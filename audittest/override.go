package audittest

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Parse lets a client send any request as POST, with the method it means and
// the query in a JSON body (protocol section 1.1).

// actualMethod is the method that the server will act on.
func actualMethod(r *http.Request) string {
	if r.Method != http.MethodPost {
		return r.Method
	}
	var body struct {
		Method string `json:"_method"`
	}
	if raw, ok := jsonBody(r); ok && json.Unmarshal(raw, &body) == nil && body.Method != "" {
		return body.Method
	}
	return r.Method
}

// capBodyLimit lowers the limit of a query that is in the body.
func capBodyLimit(r *http.Request, n int) {
	raw, ok := jsonBody(r)
	if !ok {
		return
	}
	var body map[string]jsontext.Value
	var method string
	var limit int
	if json.Unmarshal(raw, &body) != nil || json.Unmarshal(body["_method"], &method) != nil ||
		json.Unmarshal(body["limit"], &limit) != nil || method != http.MethodGet || limit <= n {
		return
	}
	body["limit"] = jsontext.Value(strconv.Itoa(n))
	if capped, err := json.Marshal(body); err == nil {
		setBody(r, capped)
	}
}

// jsonBody reads the body of a request that may be JSON, and puts it back.
func jsonBody(r *http.Request) ([]byte, bool) {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Body == nil || (media != "application/json" && media != "text/plain" && media != "") {
		return nil, false
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away while sending
	}
	setBody(r, raw)
	return raw, true
}

func setBody(r *http.Request, raw []byte) {
	r.Body = io.NopCloser(bytes.NewReader(raw))
	r.ContentLength = int64(len(raw))
}
