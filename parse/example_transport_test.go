package parse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// canned stands in for the network in these examples.
func canned(status int, body string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
}

// A RoundTripper sees every request: the seam into which tracing and metrics
// libraries such as otelhttp fit.
func ExampleWithTransport() {
	traced := tracing{
		next:  canned(200, `{"status":"ok"}`),
		after: func(path string, status int) { fmt.Println(path, status) },
	}
	client, err := isoaudit.NewClient("https://parse.example/parse",
		parse.WithApplicationID("app"), parse.WithTransport(traced))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Health(context.Background()))
	// Output:
	// GET /parse/health 200
	// <nil>
}

// A write ends in one of three ways: done, not done, or nobody knows.
func ExampleError() {
	for _, answer := range []http.RoundTripper{
		canned(200, `{}`),
		canned(404, `{"code":101,"error":"Object not found."}`),
		canned(502, `<html>Bad Gateway</html>`),
	} {
		client, err := isoaudit.NewClient("https://parse.example/parse",
			parse.WithApplicationID("app"), parse.WithTransport(answer),
			parse.WithRetryPolicy(parse.RetryPolicy{MaxAttempts: 1}))
		if err != nil {
			fmt.Println(err)
			return
		}
		err = client.AuditPlans.Delete(context.Background(), "plan1")
		switch {
		case err == nil:
			fmt.Println("done")
		case errors.Is(err, parse.ErrOutcomeUnknown):
			fmt.Println("unknown: read the plan before trying again")
		case errors.Is(err, parse.ErrObjectNotFound):
			fmt.Println("not done: no such plan")
		}
	}
	// Output:
	// done
	// not done: no such plan
	// unknown: read the plan before trying again
}

// A service answers its own callers with the status that fits the error.
func ExampleStatusOf() {
	for _, answer := range []http.RoundTripper{
		canned(404, `{"code":101,"error":"Object not found."}`),
		canned(400, `{"code":209,"error":"Invalid session token"}`),
		canned(400, `{"code":142,"error":"a rule is broken"}`),
		canned(403, `{"error":"unauthorized"}`),
	} {
		client, err := isoaudit.NewClient("https://parse.example/parse",
			parse.WithApplicationID("app"), parse.WithTransport(answer))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = client.AuditPlans.Get(context.Background(), "plan1")
		fmt.Println(http.StatusText(parse.StatusOf(err)))
	}
	// Output:
	// Not Found
	// Unauthorized
	// Unprocessable Entity
	// Bad Gateway
}

func ExampleACL_Grant() {
	acl := parse.ACL{}.
		Grant(parse.RoleNamed("auditor"), parse.Access{Read: true}).
		Grant(parse.RoleNamed("coordinator"), parse.Access{Read: true, Write: true})
	fmt.Println(acl.CanRead(parse.RoleNamed("auditor")), acl.CanWrite(parse.RoleNamed("auditor")), acl.CanRead(parse.Everyone))
	// Output: true false false
}

func ExampleCall() {
	client, err := isoaudit.NewClient("https://parse.example/parse", parse.WithApplicationID("app"),
		parse.WithTransport(canned(200, `{"result":{"open":3}}`)))
	if err != nil {
		fmt.Println(err)
		return
	}
	type summary struct {
		Open int `json:"open"`
	}
	result, err := parse.Call[summary](context.Background(), client, "openFindings", map[string]string{"site": "PLANT-07"})
	fmt.Println(result.Open, err)
	// Output: 3 <nil>
}
