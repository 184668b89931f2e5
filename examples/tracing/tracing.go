// Package tracing shows how calls of the SDK become spans of OpenTelemetry: otelhttp
// stands between the client and the network, and names each span after the operation
// that the request is a part of.
package tracing

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/isoaudit/isoaudit-go/parse"
)

// WithTracing is an option for isoaudit.NewClient and parse.NewClient: every request over
// next is a span "parse AuditFinding.Find" of the caller's trace, with the class, the
// object and the attempt. Keys, tokens and values are in no span: otelhttp would write
// the whole URL, and that of a query has its conditions.
func WithTracing(provider trace.TracerProvider, next http.RoundTripper) parse.Option {
	return parse.WithTransport(otelhttp.NewTransport(attributed{next},
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
			if op, ok := parse.OperationFrom(r.Context()); ok {
				return "parse " + op.Name
			}
			return r.Method
		})))
}

// attributed runs inside the span of its request.
type attributed struct{ next http.RoundTripper }

func (a attributed) RoundTrip(r *http.Request) (*http.Response, error) {
	span, address := trace.SpanFromContext(r.Context()), *r.URL
	address.RawQuery = ""
	span.SetAttributes(attribute.String("url.full", address.String()))
	if op, ok := parse.OperationFrom(r.Context()); ok {
		span.SetAttributes(
			attribute.String("parse.class", op.Class),
			attribute.String("parse.object_id", op.ObjectID),
			attribute.Int("parse.attempt", op.Attempt))
	}
	return a.next.RoundTrip(r)
}
