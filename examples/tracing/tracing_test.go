package tracing_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/isoaudit/isoaudit-go/examples/tracing"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/parse/parsetest"
)

type finding struct {
	parse.Object
	Statement string `json:"statement"`
}

type user struct {
	parse.Object
	Username string `json:"username"`
}

// answers stands for the network and a server behind it.
type answers map[string]parsetest.Answer

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return a[r.Method+" "+r.URL.Path].Respond(r)
}

func TestSpansAreNamedAfterOperations(t *testing.T) {
	const key, password, token = "rest-key-1", "password-2", "r:token-3"
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	client, err := parse.NewClient("https://parse.example/parse", parse.WithApplicationID("app"), parse.WithRESTKey(key), parse.WithoutRetries(),
		tracing.WithTracing(provider, answers{
			"POST /parse/login":                       parsetest.LoggedIn(&user{Object: parse.Object{ObjectID: "u1"}, Username: "lena"}, token),
			"GET /parse/classes/AuditFinding":         parsetest.Results[finding](),
			"GET /parse/classes/AuditFinding/missing": parsetest.Failed(parse.ErrObjectNotFound, "Object not found."),
		}))
	require.NoError(t, err)

	_, session, err := parse.LogIn[user](t.Context(), client, "lena", password)
	require.NoError(t, err)
	findings := parse.NewCollection[finding](client.As(session), "AuditFinding")
	ctx, request := provider.Tracer("test").Start(t.Context(), "GET /dashboard")
	statement := parse.NewTextField[finding, string]("statement")
	_, err = findings.Query().Where(statement.Contains("confidential")).Find(ctx)
	require.NoError(t, err)
	_, err = findings.Get(ctx, "missing")
	require.ErrorIs(t, err, parse.ErrObjectNotFound)
	request.End()

	done := spans.GetSpans()
	var names []string
	for _, span := range done {
		names = append(names, span.Name)
	}
	require.Equal(t, []string{"parse Session.LogIn", "parse AuditFinding.Find", "parse AuditFinding.Get", "GET /dashboard"}, names)
	find, get := done[1], done[2]
	require.Equal(t, request.SpanContext().SpanID(), find.Parent.SpanID(), "a part of the caller's trace")
	require.Subset(t, find.Attributes, []attribute.KeyValue{attribute.String("parse.class", "AuditFinding"), attribute.Int("parse.attempt", 1)})
	require.Subset(t, get.Attributes, []attribute.KeyValue{attribute.String("parse.object_id", "missing"), attribute.Int("http.response.status_code", 404)})
	require.Equal(t, codes.Error, get.Status.Code)

	for _, span := range done {
		for _, secret := range []string{key, password, token, "confidential"} {
			require.NotContains(t, fmt.Sprintf("%+v", span), secret)
		}
	}
}
