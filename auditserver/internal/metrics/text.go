package metrics

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ContentType is that of the text.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Label is a name and a value.
type Label struct{ Name, Value string }

// Text collects numbers in the text format of Prometheus
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
type Text struct{ buf bytes.Buffer }

// Bytes gives what was collected.
func (t *Text) Bytes() []byte { return t.buf.Bytes() }

// Family begins the numbers of one name, whose kind is counter, gauge or histogram.
func (t *Text) Family(name, kind, help string) {
	help = strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help)
	fmt.Fprintf(&t.buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

var escapeLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// Value adds a number of the family.
func (t *Text) Value(name string, value float64, labels ...Label) {
	t.buf.WriteString(name)
	for i, l := range labels {
		t.buf.WriteByte("{,"[min(i, 1)])
		t.buf.WriteString(l.Name + `="` + escapeLabel.Replace(l.Value) + `"`)
	}
	if len(labels) > 0 {
		t.buf.WriteByte('}')
	}
	t.buf.WriteByte(' ')
	t.buf.WriteString(strconv.FormatFloat(value, 'g', -1, 64))
	t.buf.WriteByte('\n')
}

// Gauge is a family of one number.
func (t *Text) Gauge(name, help string, value float64) {
	t.Family(name, "gauge", help)
	t.Value(name, value)
}

// Counter is a family of one number that only grows.
func (t *Text) Counter(name, help string, value float64) {
	t.Family(name, "counter", help)
	t.Value(name, value)
}

// Write adds what was counted.
func (r *Requests) Write(t *Text) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	t.Gauge("auditserver_requests_running", "Requests that are being answered.", float64(r.running.Load()))
	const total = "auditserver_requests_total"
	t.Family(total, "counter", "Requests that were answered.")
	for _, k := range slices.SortedFunc(maps.Keys(r.kinds), func(a, b Kind) int {
		return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Status, b.Status))
	}) {
		t.Value(total, float64(r.kinds[k].Load()), Label{"method", k.Method}, Label{"route", k.Route}, Label{"status", strconv.Itoa(k.Status)})
	}
	const seconds = "auditserver_request_duration_seconds"
	t.Family(seconds, "histogram", "Time until a request was answered.")
	for _, route := range slices.Sorted(maps.Keys(r.times)) {
		r.times[route].write(t, seconds, Label{"route", route})
	}
}

func (h *histogram) write(t *Text, name string, label Label) {
	n := int64(0)
	for i, bound := range buckets {
		n += h.counts[i].Load()
		t.Value(name+"_bucket", float64(n), label, Label{"le", strconv.FormatFloat(bound, 'g', -1, 64)})
	}
	n += h.counts[len(buckets)].Load()
	t.Value(name+"_bucket", float64(n), label, Label{"le", "+Inf"})
	t.Value(name+"_sum", time.Duration(h.nanos.Load()).Seconds(), label)
	t.Value(name+"_count", float64(n), label)
}
