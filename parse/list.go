package parse

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// list is the answer whose results need not be objects of a class.
type list[R any] struct {
	codec *codec
	class string

	results []R            // those that could be read
	last    jsontext.Value // the last one as it came; nil: there are none
}

// decodeBody reads each result for itself. What cannot be read is DecodeErrors.
func (l *list[R]) decodeBody(body []byte) error {
	var answer struct {
		Results []jsontext.Value `json:"results"`
	}
	if err := json.Unmarshal(body, &answer, wire.Tolerant()); err != nil {
		return explainDecoding(err, l.class, body)
	}
	var unread DecodeErrors
	l.results, l.last = nil, nil
	for i, raw := range answer.Results {
		l.last = raw
		var result R
		err := json.Unmarshal(raw, &result, l.codec.reading)
		if err == nil {
			l.results = append(l.results, result)
			continue
		}
		wrong := new(DecodeError)
		if !errors.As(explainDecoding(err, l.class, raw), &wrong) {
			return err
		}
		if wrong.Field == "" {
			wrong.Field = fmt.Sprintf("results.%d", i)
		}
		unread = append(unread, wrong)
	}
	return unread.orNil()
}
