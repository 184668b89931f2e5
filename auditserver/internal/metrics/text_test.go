package metrics_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/metrics"
)

var (
	head   = regexp.MustCompile(`^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$`)
	sample = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)*\})? (\S+)$`)
)

// read reads the text format and fails where the text breaks its grammar.
func read(t *testing.T, text string) map[string]float64 {
	t.Helper()
	require.True(t, strings.HasSuffix(text, "\n"))
	values, types, family := map[string]float64{}, map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := head.FindStringSubmatch(line); m != nil {
			if m[1] == "TYPE" {
				require.NotContains(t, types, m[2], "a family stands once")
				require.Contains(t, []string{"counter", "gauge", "histogram"}, m[3])
				family, types[m[2]] = m[2], m[3]
			}
			continue
		}
		m := sample.FindStringSubmatch(line)
		require.NotNil(t, m, line)
		name := m[1]
		if types[family] == "histogram" {
			name = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		}
		require.Equal(t, family, name, "numbers stand below their family")
		value, err := strconv.ParseFloat(m[5], 64)
		require.NoError(t, err, line)
		require.NotContains(t, values, m[1]+m[2], "each stands once")
		values[m[1]+m[2]] = value
	}
	return values
}

func TestTextFormat(t *testing.T) {
	var r metrics.Requests
	for _, each := range []struct {
		kind metrics.Kind
		took time.Duration
	}{
		{metrics.Kind{Method: "GET", Route: "/classes/:className", Status: 200}, time.Millisecond},
		{metrics.Kind{Method: "GET", Route: "/classes/:className", Status: 200}, 2 * time.Millisecond},
		{metrics.Kind{Method: "POST", Route: "/classes/:className", Status: 201}, time.Hour},
		{metrics.Kind{Method: "GET", Route: "q\"b\\n\n", Status: 404}, 0},
	} {
		r.Begin()
		r.End(each.kind, each.took)
	}
	r.Begin()
	var text metrics.Text
	r.Write(&text)
	text.Counter("x_total", "Two\nlines \\ and more.", 1e21)
	values := read(t, string(text.Bytes()))
	for name, want := range map[string]float64{
		`auditserver_requests_running`: 1,
		`auditserver_requests_total{method="GET",route="/classes/:className",status="200"}`:    2,
		`auditserver_requests_total{method="GET",route="q\"b\\n\n",status="404"}`:              1,
		`auditserver_request_duration_seconds_bucket{route="/classes/:className",le="0.001"}`:  1,
		`auditserver_request_duration_seconds_bucket{route="/classes/:className",le="0.0025"}`: 2,
		`auditserver_request_duration_seconds_bucket{route="/classes/:className",le="30"}`:     2,
		`auditserver_request_duration_seconds_bucket{route="/classes/:className",le="+Inf"}`:   3,
		`auditserver_request_duration_seconds_count{route="/classes/:className"}`:              3,
		`auditserver_request_duration_seconds_sum{route="/classes/:className"}`:                3600.003,
		`x_total`: 1e21,
	} {
		require.InDelta(t, want, values[name], 1e-9, name)
	}
}
