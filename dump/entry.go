package dump

import (
	"bytes"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// entry is one line of a part: a row, or a file that the next row refers to and whose
// content is beside the parts.
type entry struct {
	Row     jsontext.Value      `json:"row,omitzero"`     // as the server sent it, without relations
	Members map[string]relation `json:"members,omitzero"` // of its relations
	File    *storedFile         `json:"file,omitzero"`
}

type relation struct {
	Class string   `json:"class"`
	IDs   []string `json:"ids"`
}

// storedFile is a file of the server.
type storedFile struct {
	Name   string `json:"name"`   // on the server, with its prefix
	SHA256 string `json:"sha256"` // of its content, and its name below files/
	Size   int64  `json:"size"`
	Type   string `json:"type,omitzero"` // media type
}

// reference is what a row holds of a file.
type reference struct {
	Type string `json:"__type"`
	Name string `json:"name"`
	URL  string `json:"url,omitzero"`
}

// mapFiles gives a value with other references to files: those that change gives. It
// keeps everything else as it is, numbers to their last digit.
func mapFiles(raw jsontext.Value, change func(reference) (reference, error)) (jsontext.Value, error) {
	if !bytes.Contains(raw, []byte(`"File"`)) {
		return raw, nil
	}
	switch raw.Kind() {
	case '[':
		var list []jsontext.Value
		if err := json.Unmarshal(raw, &list, jsontext.AllowInvalidUTF8(true)); err != nil {
			return nil, err
		}
		for i := range list {
			var err error
			if list[i], err = mapFiles(list[i], change); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list, jsontext.AllowInvalidUTF8(true))
	case '{':
		var members map[string]jsontext.Value
		if err := json.Unmarshal(raw, &members, jsontext.AllowInvalidUTF8(true)); err != nil {
			return nil, err
		}
		if string(members["__type"]) == `"File"` {
			var ref reference
			if err := json.Unmarshal(raw, &ref); err != nil {
				return nil, err
			}
			ref, err := change(ref)
			if err != nil {
				return nil, err
			}
			return json.Marshal(ref)
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			var err error
			if members[name], err = mapFiles(members[name], change); err != nil {
				return nil, err
			}
		}
		return json.Marshal(members, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	}
	return raw, nil
}
