package isoaudit

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// Health asks once whether the server is ready to serve; nil means yes. A
// server that is starting answers with HTTPStatus 503. No key is needed.
func (c *Client) Health(ctx context.Context) error {
	var answer struct {
		Status string `json:"status"`
	}
	call := call{op: "Health", method: http.MethodGet, path: []string{"health"}, safety: safeRead, once: true, noSession: true}
	if err := c.do(ctx, call, &answer); err != nil {
		return err
	}
	if answer.Status != "ok" {
		return &Error{Op: call.op, HTTPStatus: http.StatusOK, Attempts: 1, Message: "status " + clip(answer.Status, maxExcerpt)}
	}
	return nil
}

// ServerInfo is what a server says about itself.
type ServerInfo struct {
	Version  string         `json:"parseServerVersion"`
	Features jsontext.Value `json:"features"` // as the server wrote it
}

// ServerInfo asks for the server's version and features.
func (a *Admin) ServerInfo(ctx context.Context) (ServerInfo, error) {
	var info ServerInfo
	err := a.do(ctx, call{op: "ServerInfo", method: http.MethodGet, path: []string{"serverInfo"}, safety: safeRead, master: true, needs: []string{"parseServerVersion"}}, &info)
	return info, err
}
