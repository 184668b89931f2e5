package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
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
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range s.master {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request) //nolint:forbidigo // a program of its own
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(answer))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
