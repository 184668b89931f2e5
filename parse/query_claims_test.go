package parse_test

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/isoaudit/isoaudit-go"
)

// when is a test of a value that an empty column fails.
func when[V any](column func(facts) *V, test func(V) bool) func(facts) bool {
	return func(f facts) bool { v := column(f); return v != nil && test(*v) }
}

func not(holds func(facts) bool) func(facts) bool { return func(f facts) bool { return !holds(f) } }

func everywhere(facts) bool { return true }

// pick draws one claim.
func pick(t *rapid.T, claims ...claim) claim { return rapid.SampledFrom(claims).Draw(t, "condition") }

func textClaim(t *rapid.T) claim {
	column := func(f facts) *string { return f.text }
	v := rapid.SampledFrom(someTexts).Draw(t, "value")
	several := rapid.SliceOfN(rapid.SampledFrom(someTexts), 0, 3).Draw(t, "values")
	among := when(column, func(s string) bool { return slices.Contains(several, s) })
	none := when(column, func(s string) bool { return !slices.Contains(several, s) })
	if len(several) == 0 {
		none = everywhere
	}
	return pick(t,
		claim{title.Eq(v), when(column, func(s string) bool { return s == v })},
		claim{title.Ne(v), not(when(column, func(s string) bool { return s == v }))},
		claim{title.In(several...), among}, claim{title.NotIn(several...), none},
		claim{title.Lt(v), when(column, func(s string) bool { return s < v })},
		claim{title.Lte(v), when(column, func(s string) bool { return s <= v })},
		claim{title.Gt(v), when(column, func(s string) bool { return s > v })},
		claim{title.Gte(v), when(column, func(s string) bool { return s >= v })},
		claim{title.HasPrefix(v), when(column, func(s string) bool { return strings.HasPrefix(s, v) })},
		claim{title.HasSuffix(v), when(column, func(s string) bool { return strings.HasSuffix(s, v) })},
		claim{title.Contains(v), when(column, func(s string) bool { return strings.Contains(s, v) })},
		claim{title.ContainsFold(v), when(column, func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(v)) })},
		claim{title.Exists(), when(column, func(string) bool { return true })},
		claim{title.Missing(), not(when(column, func(string) bool { return true }))})
}

func numberClaim(t *rapid.T) claim {
	column := func(f facts) *float64 { return f.number }
	v := rapid.SampledFrom(someNumbers).Draw(t, "value")
	several := rapid.SliceOfN(rapid.SampledFrom(someNumbers), 0, 3).Draw(t, "values")
	none := when(column, func(n float64) bool { return !slices.Contains(several, n) })
	if len(several) == 0 {
		none = everywhere
	}
	return pick(t,
		claim{level.Eq(v), when(column, func(n float64) bool { return n == v })},
		claim{level.Ne(v), not(when(column, func(n float64) bool { return n == v }))},
		claim{level.In(several...), when(column, func(n float64) bool { return slices.Contains(several, n) })},
		claim{level.NotIn(several...), none},
		claim{level.Lt(v), when(column, func(n float64) bool { return n < v })},
		claim{level.Lte(v), when(column, func(n float64) bool { return n <= v })},
		claim{level.Gt(v), when(column, func(n float64) bool { return n > v })},
		claim{level.Gte(v), when(column, func(n float64) bool { return n >= v })},
		claim{level.Missing(), not(when(column, func(float64) bool { return true }))})
}

func timeClaim(t *rapid.T) claim {
	column := func(f facts) *time.Time { return f.moment }
	v := rapid.SampledFrom(someTimes).Draw(t, "value")
	later := rapid.SampledFrom(someTimes).Draw(t, "other")
	several := rapid.SliceOfN(rapid.SampledFrom(someTimes), 0, 3).Draw(t, "values")
	among := when(column, func(m time.Time) bool { return slices.ContainsFunc(several, m.Equal) })
	none := when(column, func(m time.Time) bool { return !slices.ContainsFunc(several, m.Equal) })
	if len(several) == 0 {
		none = everywhere
	}
	return pick(t,
		claim{due.Eq(v), when(column, v.Equal)}, claim{due.Ne(v), not(when(column, v.Equal))},
		claim{due.Eq(v.Add(time.Microsecond)), when(column, v.Equal)},
		claim{due.In(several...), among}, claim{due.NotIn(several...), none},
		claim{due.Lt(v), when(column, func(m time.Time) bool { return m.Before(v) })},
		claim{due.Lte(v), when(column, func(m time.Time) bool { return !m.After(v) })},
		claim{due.Gt(v), when(column, func(m time.Time) bool { return m.After(v) })},
		claim{due.Gte(v), when(column, func(m time.Time) bool { return !m.Before(v) })},
		claim{due.Between(v, later), when(column, func(m time.Time) bool { return !m.Before(v) && m.Before(later) })},
		claim{due.Exists(), when(column, func(time.Time) bool { return true })})
}

func arrayClaim(t *rapid.T) claim {
	v := rapid.SampledFrom(someTexts).Draw(t, "value")
	several := rapid.SliceOfN(rapid.SampledFrom(someTexts), 0, 3).Draw(t, "values")
	anyIn := func(f facts) bool {
		return slices.ContainsFunc(f.tags, func(tag string) bool { return slices.Contains(several, tag) })
	}
	none := func(f facts) bool { return f.tags != nil && !anyIn(f) }
	if len(several) == 0 {
		none = everywhere
	}
	return pick(t,
		claim{tags.Contains(v), func(f facts) bool { return slices.Contains(f.tags, v) }},
		claim{tags.ContainsAny(several...), anyIn}, claim{tags.ContainsNone(several...), none},
		claim{tags.ContainsAll(several...), func(f facts) bool {
			return !slices.ContainsFunc(several, func(s string) bool { return !slices.Contains(f.tags, s) })
		}},
		claim{tags.ContainedBy(several...), func(f facts) bool {
			return f.tags != nil && !slices.ContainsFunc(f.tags, func(s string) bool { return !slices.Contains(several, s) })
		}},
		claim{tags.Missing(), func(f facts) bool { return f.tags == nil }})
}

func innerClaim(t *rapid.T) claim {
	n := answers.Number("a", "n")
	column := func(f facts) *float64 { return f.inner }
	v := rapid.SampledFrom(someNumbers).Draw(t, "value")
	several := rapid.SliceOfN(rapid.SampledFrom(someNumbers), 0, 3).Draw(t, "values")
	return pick(t,
		claim{n.Eq(v), when(column, func(x float64) bool { return x == v })},
		claim{n.Ne(v), not(when(column, func(x float64) bool { return x == v }))},
		claim{n.In(several...), when(column, func(x float64) bool { return slices.Contains(several, x) })},
		claim{n.Exists(), when(column, func(float64) bool { return true })},
		claim{n.Missing(), not(when(column, func(float64) bool { return true }))})
}

func pointerClaim(t *rapid.T) claim {
	column := func(f facts) *string { return f.plan }
	id := rapid.SampledFrom(someIDs).Draw(t, "value")
	ids := rapid.SliceOfN(rapid.SampledFrom(someIDs), 0, 3).Draw(t, "values")
	pointers := make([]isoaudit.Pointer[isoaudit.AuditPlan], len(ids))
	for i, id := range ids {
		pointers[i] = isoaudit.PointerTo[isoaudit.AuditPlan](id)
	}
	none := when(column, func(p string) bool { return !slices.Contains(ids, p) })
	if len(ids) == 0 {
		none = everywhere
	}
	return pick(t,
		claim{plan.Eq(isoaudit.PointerTo[isoaudit.AuditPlan](id)), when(column, func(p string) bool { return p == id })},
		claim{plan.Ne(isoaudit.PointerTo[isoaudit.AuditPlan](id)), not(when(column, func(p string) bool { return p == id }))},
		claim{plan.In(pointers...), when(column, func(p string) bool { return slices.Contains(ids, p) })},
		claim{plan.NotIn(pointers...), none})
}

func flagClaim(t *rapid.T) claim {
	v := rapid.Bool().Draw(t, "value")
	column := func(f facts) *bool { return f.flag }
	return pick(t,
		claim{done.Eq(v), when(column, func(b bool) bool { return b == v })},
		claim{done.Ne(v), not(when(column, func(b bool) bool { return b == v }))})
}
