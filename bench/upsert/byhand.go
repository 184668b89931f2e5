package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/isoaudit/isoaudit-go/bench/internal/ask"
)

// byHand is what somebody writes who has no SDK and knows the protocol.
type byHand struct {
	url     string
	headers map[string]string
}

// load looks for the keys of all rows and then creates them.
func (h byHand) load(ctx context.Context, rows []*finding) error {
	err := eachAtOnce(slices.Collect(slices.Chunk(rows, inQuery)), func(part []*finding) error {
		keys := make([]string, len(part))
		for i, row := range part {
			keys[i] = `"` + row.Ref + `"`
		}
		where := url.Values{"where": {`{"ref":{"$in":[` + strings.Join(keys, ",") + `]}}`}, "limit": {"1000"}}
		var found struct {
			Results []finding `json:"results"`
		}
		if err := h.send(ctx, http.MethodGet, "/classes/"+className+"?"+where.Encode(), "", &found); err != nil {
			return err
		}
		if len(found.Results) != 0 {
			return fmt.Errorf("%d rows are there already", len(found.Results))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return eachAtOnce(slices.Collect(slices.Chunk(rows, inBatch)), func(part []*finding) error {
		requests := make([]string, len(part))
		for i, row := range part {
			requests[i] = fmt.Sprintf(`{"method":"POST","path":"/parse/classes/%s","body":{"ref":%q,"severity":%q,"statement":%q,"due":{"__type":"Date","iso":%q}}}`,
				className, row.Ref, row.Severity, row.Statement, row.Due.Format("2006-01-02T15:04:05.000Z"))
		}
		var made []struct {
			Error any `json:"error"`
		}
		if err := h.send(ctx, http.MethodPost, "/batch", `{"requests":[`+strings.Join(requests, ",")+`]}`, &made); err != nil {
			return err
		}
		for _, m := range made {
			if m.Error != nil {
				return fmt.Errorf("creating a row: %v", m.Error)
			}
		}
		return nil
	})
}

// eachAtOnce does something with all parts, so many at a time.
func eachAtOnce(parts [][]*finding, do func(part []*finding) error) error {
	var all sync.WaitGroup
	queue, failed := make(chan []*finding), make(chan error, len(parts))
	for range atOnce {
		all.Go(func() {
			for part := range queue {
				if err := do(part); err != nil {
					failed <- err
				}
			}
		})
	}
	for _, part := range parts {
		queue <- part
	}
	close(queue)
	all.Wait()
	close(failed)
	return <-failed
}

func (h byHand) send(ctx context.Context, method, path, body string, out any) error {
	return ask.Must(ctx, http.DefaultClient, method, h.url+path, h.headers, body, out) //nolint:forbidigo // a program of its own
}
