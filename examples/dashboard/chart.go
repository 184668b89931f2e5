package main

import (
	"github.com/isoaudit/isoaudit-go/quality"
)

// chart is a bar chart, drawn as SVG. Each number stands beside its bar, so that
// nothing is told by length or colour alone.
type chart struct {
	Title   string
	Missing string // what is needed to draw it
	Bars    []bar
	Height  int
}

type bar struct {
	Label         string
	Value         int
	LabelY        int // the label stands above its bar, where there is room for all of it
	Y, ValueY     int
	Width, ValueX int
}

// The measures of a chart, in the units of its drawing, which is 480 wide.
const (
	barsWidth = 430 // of the longest
	barHeight = 42  // with its label and the space below

	labelLength = 60 // letters of a label that there is room for
)

func newChart(title, missing string, bars []bar) chart {
	most := 1
	for _, b := range bars {
		most = max(most, b.Value)
	}
	for i := range bars {
		b := &bars[i]
		b.LabelY, b.Y, b.ValueY = i*barHeight+12, i*barHeight+18, i*barHeight+31
		b.Width = b.Value * barsWidth / most
		b.ValueX = b.Width + 6
		if letters := []rune(b.Label); len(letters) > labelLength {
			b.Label = string(letters[:labelLength-1]) + "…"
		}
	}
	return chart{title, missing, bars, max(1, len(bars)) * barHeight}
}

func groupChart(title string, g quality.Groups) chart {
	bars := make([]bar, len(g.Groups))
	for i, one := range g.Groups {
		bars[i] = bar{Label: one.Key, Value: one.Entries.Len()}
		if one.Name != "" {
			bars[i].Label += " " + one.Name
		}
	}
	return newChart(title, g.Missing, bars)
}

func pointChart(title string, points []quality.Point) chart {
	bars, missing := make([]bar, 0, len(points)), ""
	for _, point := range points {
		if !point.Known() {
			missing = point.Missing
			continue
		}
		bars = append(bars, bar{Label: point.Day.String(), Value: point.Count()})
	}
	return newChart(title, missing, bars)
}
