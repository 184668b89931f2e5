package parse

import (
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/parse/internal/rows"
)

// decodeFast is decodeBody for the usual answer. If it reports false, the answer
// has to be read by decodeSlow.
func (p *page[T]) decodeFast(body []byte) bool {
	plan := p.codec.plans.For(reflect.TypeFor[T]())
	s := rows.NewScanner(body)
	if plan == nil || !s.Take(`{"results":[`) {
		return false
	}
	for !s.Is(']') {
		if len(p.rows) > 0 && !s.Is(',') {
			return false
		}
		start, row := s.Pos(), new(T)
		var unread DecodeErrors
		if !plan.Read(s, reflect.ValueOf(row).Elem()) {
			s.Back(start)
			raw, ok := s.Value()
			if row = new(T); !ok {
				return false
			}
			var err error
			if unread, err = readObject(p.codec, p.class, raw, row); err != nil {
				return false
			}
		}
		if object(row).ObjectID == "" {
			return false
		}
		p.add(row, s.Since(start), unread)
	}
	if s.Take(`,"count":`) {
		raw, ok := s.Value()
		if !ok || raw.Kind() != '0' || json.Unmarshal(raw, &p.count) != nil {
			return false
		}
	} else if p.counts {
		return false
	}
	return s.Is('}') && s.AtEnd()
}
