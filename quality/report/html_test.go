package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// document is what a test asks of a report's HTML.
type document struct {
	html     string
	headings []string // "1 Title"
	ids      map[string]int
	links    []string
	tables   int
	rows     [][]string // texts of the cells of all rows
	text     string
}

// parse reads a report and checks what every report has to keep.
func parse(t *testing.T, html string) *document {
	t.Helper()
	d := &document{html: html, ids: map[string]int{}}
	decoder := xml.NewDecoder(strings.NewReader(html))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []string
	var cell strings.Builder
	var inCell, inHeading bool
	var heading strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "the report is well-formed")
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			open = append(open, name)
			d.element(t, name, attributes(token), open)
			switch name {
			case "tr":
				d.rows = append(d.rows, nil)
			case "td", "th":
				inCell = true
				cell.Reset()
			case "h1", "h2", "h3":
				inHeading = true
				heading.Reset()
			}
		case xml.EndElement:
			name := token.Name.Local
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], name, "elements are closed in order")
			open = open[:len(open)-1]
			switch name {
			case "td", "th":
				inCell = false
				d.rows[len(d.rows)-1] = append(d.rows[len(d.rows)-1], cell.String())
			case "h1", "h2", "h3":
				inHeading = false
				d.headings = append(d.headings, name[1:]+" "+heading.String())
			}
		case xml.CharData:
			d.text += string(token)
			if inCell {
				cell.Write(token)
			}
			if inHeading {
				heading.Write(token)
			}
		}
	}
	require.Empty(t, open)
	d.check(t)
	return d
}

func attributes(e xml.StartElement) map[string]string {
	all := map[string]string{}
	for _, a := range e.Attr {
		all[a.Name.Local] = a.Value
	}
	return all
}

func (d *document) element(t *testing.T, name string, attr map[string]string, open []string) {
	t.Helper()
	require.NotContains(t, []string{"script", "img", "link", "iframe", "object", "embed", "form"}, name, "a report is self-contained")
	require.NotContains(t, attr, "src")
	if id := attr["id"]; id != "" {
		d.ids[id]++
	}
	switch name {
	case "html":
		require.Equal(t, "en", attr["lang"])
	case "a":
		d.links = append(d.links, attr["href"])
	case "table":
		d.tables++
	case "th":
		require.Contains(t, []string{"col", "row"}, attr["scope"], "a heading of a table says what it heads")
	case "svg":
		require.Equal(t, "img", attr["role"])
		require.NotEmpty(t, attr["aria-label"], "a drawing has words")
		require.Contains(t, open, "figure")
	}
}

// check checks what can be told only at the end.
func (d *document) check(t *testing.T) {
	t.Helper()
	require.True(t, strings.HasPrefix(d.html, "<!DOCTYPE html>"))
	require.LessOrEqual(t, len(d.html), 1<<20)
	for id, times := range d.ids {
		require.Equal(t, 1, times, "id %s stands once", id)
	}
	for _, link := range d.links {
		require.Contains(t, d.ids, strings.TrimPrefix(link, "#"), "the link %s leads somewhere in the report", link)
	}
	require.NotEmpty(t, d.headings)
	require.True(t, strings.HasPrefix(d.headings[0], "1 "))
	for _, h := range d.headings[1:] {
		require.True(t, strings.HasPrefix(h, "2 "), "one heading of level 1, then those of level 2: %s", h)
	}
	require.NotContains(t, d.html, "ZgotmplZ", "nothing was refused by html/template")
}

// row returns the cells of the row that begins so.
func (d *document) row(t *testing.T, first string) []string {
	t.Helper()
	for _, row := range d.rows {
		if len(row) > 0 && row[0] == first {
			return row[1:]
		}
	}
	require.Fail(t, "no row", first)
	return nil
}

// behind returns what the report lists behind a figure.
func (d *document) behind(t *testing.T, figure string) string {
	t.Helper()
	_, records, found := strings.Cut(d.text, "Records behind the numbers")
	require.True(t, found)
	for _, part := range strings.Split(records, "\n\n") {
		if strings.HasPrefix(strings.TrimSpace(part), figure+": ") {
			return strings.TrimSpace(part)
		}
	}
	require.Fail(t, "no records", figure)
	return ""
}

// Text on its background has the contrast that WCAG 2.2 asks for at level AA (4.5).
func checkContrast(t *testing.T, html string) {
	t.Helper()
	require.Contains(t, html, "color: #1a1a1a; background: #ffffff")
	colours := regexp.MustCompile(`[; {]color: (#[0-9a-f]{6})`).FindAllStringSubmatch(html, -1)
	backgrounds := regexp.MustCompile(`background: (#[0-9a-f]{6})`).FindAllStringSubmatch(html, -1)
	require.GreaterOrEqual(t, len(colours), 3)
	require.GreaterOrEqual(t, len(backgrounds), 3)
	for _, colour := range colours {
		for _, background := range backgrounds {
			require.GreaterOrEqual(t, contrast(t, colour[1], background[1]), 4.5, "%s on %s", colour[1], background[1])
		}
	}
	for _, fill := range regexp.MustCompile(`fill="(#[0-9a-f]{6})"`).FindAllStringSubmatch(html, -1) {
		require.GreaterOrEqual(t, contrast(t, fill[1], "#ffffff"), 3.0, "a drawing's colour")
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
