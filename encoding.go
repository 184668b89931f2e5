package isoaudit

import (
	"github.com/go-json-experiment/json"
)

// encodeBody writes a request body in Parse's encodings, passwords included.
func encodeBody(v any) ([]byte, error) {
	return json.Marshal(v, json.WithMarshalers(passwordMarshalers()))
}

// decodeBody reads an answer in Parse's encodings.
func decodeBody(data []byte, out any) error {
	return json.Unmarshal(data, out)
}
