package main

import (
	"fmt"
	"slices"
	"time"
)

// times are how long something took each time.
type times []time.Duration

// at gives the time that so great a part of all did not exceed.
func (t times) at(part float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	slices.Sort(t)
	return t[int(part*float64(len(t)-1))]
}

// String gives the median and the 99th percentile.
func (t times) String() string {
	if len(t) == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f / %.1f ms", t.at(0.5).Seconds()*1e3, t.at(0.99).Seconds()*1e3)
}
