package conformance_test

import (
	"net/url"
	"testing"
)

// hiddenColumns are ways to find out a column that is protected from the caller.
func hiddenColumns() []behaviour {
	const refused = "status 400, code 119"
	var all []behaviour
	for _, c := range []struct{ name, parameter, text string }{
		{"a condition on a hidden column", "where", `{"secret":"x"}`},
		{hiddenInOr, "where", `{"$or":[{"secret":"x"},{"secret":"y"}]}`},
		{"a condition on a hidden column within $and", "where", `{"$and":[{"secret":"x"},{"n":1}]}`},
		{"a condition on a hidden column within $nor", "where", `{"$nor":[{"secret":"x"}]}`},
		{"a pattern on a hidden column", "where", `{"secret":{"$regex":"^x"}}`},
		{hiddenOrder, "order", "-secret"},
	} {
		all = append(all, behaviour{c.name, func(t *testing.T, w *world) {
			class := w.name("CheckHidden")
			w.hiddenOnce.Do(func() {
				w.makeClass(t, class, `"n":{"type":"Number"},"secret":{"type":"String"}`,
					`{"find":{"*":true},"get":{"*":true},"count":{"*":true},"create":{"*":true},"protectedFields":{"*":["secret"]}}`)
				w.must(t, nobody, "POST", "/classes/"+class, `{"n":1,"secret":"x"}`)
			})
			a := w.send(t, nobody, "GET", "/classes/"+class+"?"+url.Values{c.parameter: {c.text}}.Encode(), "")
			observed := codes(a)
			if a.status == 200 {
				observed = "is answered"
			}
			w.expects(t, c.name, refused, observed)
		}})
	}
	return all
}

// The differences in what is hidden, which attacks meet too.
const (
	hiddenOrder = "an order by a hidden column"
	hiddenInOr  = "a condition on a hidden column within $or"
)
