// Package ask sends the requests of the benchmarks that are not measured themselves.
package ask

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

// Send sends a request with a body of JSON and gives the status and the body of the answer.
func Send(ctx context.Context, client *http.Client, method, url string, headers map[string]string, body string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// Must is Send for what must succeed. It reads the answer into out, unless that is nil.
func Must(ctx context.Context, client *http.Client, method, url string, headers map[string]string, body string, out any) error {
	status, answer, err := Send(ctx, client, method, url, headers, body)
	if err != nil {
		return err
	}
	if status >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s was answered %d: %s", method, url, status, bytes.TrimSpace(answer))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
