package report

import (
	"strconv"

	"github.com/isoaudit/isoaudit-go/quality"
)

// chart is a bar chart, drawn as SVG. Each bar's number stands beside it, so that
// nothing is told by length or colour alone.
type chart struct {
	Title string
	Bars  []bar
}

type bar struct {
	Label string
	Value int
	Known bool

	Y, Width, ValueX int // in the units of the drawing
}

// The measures of a chart, in its units.
const (
	chartWidth  = 720
	chartLabels = 260 // for the labels, at the left
	chartBar    = 22  // height of a bar with the space below it
	chartValues = 60  // for the numbers, at the right
)

// labelLength is how many letters of a label there is room for.
const labelLength = 38

func newChart(title string, bars []bar) chart {
	most := 1
	for _, b := range bars {
		most = max(most, b.Value)
	}
	for i := range bars {
		b := &bars[i]
		b.Y = i * chartBar
		b.Width = b.Value * (chartWidth - chartLabels - chartValues) / most
		b.ValueX = chartLabels + b.Width + 6
		if letters := []rune(b.Label); len(letters) > labelLength {
			b.Label = string(letters[:labelLength-1]) + "…"
		}
	}
	return chart{title, bars}
}

// groupChart draws groups that are known, nothing for others.
func groupChart(title string, g quality.Groups) []chart {
	var bars []bar
	for _, one := range g.Groups {
		label := one.Key
		if one.Name != "" {
			label += " " + one.Name
		}
		bars = append(bars, bar{Label: label, Value: one.Entries.Len(), Known: true})
	}
	if len(bars) == 0 {
		return nil
	}
	return []chart{newChart(title, bars)}
}

// Height is the height of the drawing.
func (c chart) Height() int { return max(1, len(c.Bars)) * chartBar }

// Width is the width of the drawing.
func (c chart) Width() int { return chartWidth }

// BarX is where the bars begin.
func (c chart) BarX() int { return chartLabels }

// LabelX is where the labels end.
func (c chart) LabelX() int { return chartLabels - 8 }

// BaseY is where the text of a bar stands.
func (b bar) BaseY() int { return b.Y + 14 }

// Text is the number beside the bar.
func (b bar) Text() string {
	if !b.Known {
		return "not known"
	}
	return strconv.Itoa(b.Value)
}
