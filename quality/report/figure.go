package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/isoaudit/isoaudit-go/quality"
)

// figure is a number with the records behind it.
type figure struct {
	Name    string
	Value   string
	Note    string
	Anchor  string // of its records in the report
	Records []quality.Entry
	Of      []quality.Entry // of a ratio: those that it is a part of
	Unknown []quality.Entry
}

// Has tells whether the figure has records to show.
func (f *figure) Has() bool { return len(f.Records)+len(f.Of)+len(f.Unknown) > 0 }

func (f *figure) lacking(missing string) *figure {
	f.Value, f.Note = "not known", "needs "+missing
	return f
}

// unknown notes how many records could not be judged.
func (f *figure) unknown(entries quality.Entries) *figure {
	f.Unknown = slices.Collect(entries.All())
	if n := entries.Len(); n > 0 {
		f.Note = joined(f.Note, fmt.Sprintf("%d more could not be judged", n))
	}
	return f
}

func number(name string, n quality.Number) *figure {
	f := &figure{Name: name}
	if !n.Known() {
		return f.lacking(n.Missing)
	}
	f.Value, f.Records = strconv.Itoa(n.Count()), slices.Collect(n.Entries.All())
	return f.unknown(n.Unknown)
}

// part is a ratio as a percentage.
func part(name string, r quality.Ratio) *figure {
	return ratio(name, r, func(v float64) string { return decimal(100*v) + " %" })
}

// each is a ratio as so many of one for each of the other.
func each(name string, r quality.Ratio) *figure { return ratio(name, r, decimal) }

func ratio(name string, r quality.Ratio, write func(float64) string) *figure {
	f := &figure{Name: name}
	for _, missing := range []string{r.Part.Missing, r.Of.Missing} {
		if missing != "" {
			return f.lacking(missing)
		}
	}
	f.Records, f.Of = slices.Collect(r.Part.Entries.All()), slices.Collect(r.Of.Entries.All())
	f.Note = fmt.Sprintf("%d of %d", r.Part.Count(), r.Of.Count())
	if v, ok := r.Value(); ok {
		f.Value = write(v)
	} else {
		f.Value, f.Note = "no answer", "there are none to judge"
	}
	unknown := r.Of.Unknown
	if unknown.Len() == 0 {
		unknown = r.Part.Unknown
	}
	return f.unknown(unknown)
}

// ages is a number of records with their days.
func ages(name string, a quality.Ages) *figure {
	f := &figure{Name: name}
	if !a.Known() {
		return f.lacking(a.Missing)
	}
	for e := range a.Entries.All() {
		f.Records = append(f.Records, e.Entry)
	}
	f.Value = strconv.Itoa(a.Count())
	return f.unknown(a.Unknown)
}

// days is the mean and median of days.
func days(name string, a quality.Ages) *figure {
	f := ages(name, a)
	mean, ok := a.Mean()
	median, _ := a.Median()
	switch {
	case !a.Known():
	case ok:
		note := f.Note
		f.Value = decimal(median) + " days"
		f.Note = joined(fmt.Sprintf("median of %d; mean %s", a.Count(), decimal(mean)), note)
	default:
		f.Value = "no answer"
		f.Note = joined("there are none to judge", f.Note)
	}
	return f
}

// groups are figures, one for each group, and one for what has no value.
func groups(name string, g quality.Groups) []*figure {
	if !g.Known() {
		return []*figure{(&figure{Name: name}).lacking(g.Missing)}
	}
	var figures []*figure
	for _, one := range g.Groups {
		label := name + ": " + one.Key
		if one.Name != "" {
			label += " " + one.Name
		}
		figures = append(figures, &figure{Name: label, Value: strconv.Itoa(one.Entries.Len()), Records: slices.Collect(one.Entries.All())})
	}
	if n := g.Unknown.Len(); n > 0 {
		figures = append(figures, &figure{Name: name + ": not said", Value: strconv.Itoa(n), Records: slices.Collect(g.Unknown.All())})
	}
	if len(figures) == 0 {
		figures = append(figures, &figure{Name: name, Value: "0"})
	}
	return figures
}

// decimal writes a number with at most one place after the point.
func decimal(v float64) string {
	return strconv.FormatFloat(math.Round(10*v)/10, 'f', -1, 64)
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// shown writes how a record is known to people, and its id.
func shown(e quality.Entry) string {
	if e.Ref == "" || e.Ref == e.ID {
		return e.ID
	}
	return e.Ref + " (" + e.ID + ")"
}
