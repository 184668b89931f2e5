package main

import (
	"context"
	"net/http"

	"github.com/isoaudit/isoaudit-go/bench/internal/ask"
)

// seedPlans creates plans, 500 in a batch.
func (s *server) seedPlans(plans int, body func(n int) string, create func(bodies []string) (ids []string, err error)) error {
	s.plans = make([]string, 0, plans)
	for len(s.plans) < plans {
		var bodies []string
		for n := len(s.plans); n < min(plans, len(s.plans)+500); n++ {
			bodies = append(bodies, body(n))
		}
		ids, err := create(bodies)
		if err != nil {
			return err
		}
		s.plans = append(s.plans, ids...)
	}
	return nil
}

// call sends one request of the preparation, with the server's master credentials.
func (s *server) call(ctx context.Context, method, path, body string, out any) error {
	return ask.Must(ctx, http.DefaultClient, method, s.url+path, s.master, body, out) //nolint:forbidigo // a program of its own
}
