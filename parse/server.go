package parse

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Health asks once whether the server is ready to serve; nil means yes. A
// server that is starting answers with HTTPStatus 503. No key is needed.
func (c *Client) Health(ctx context.Context) error {
	var answer struct {
		Status string `json:"status"`
	}
	call := transport.Call{Op: "Health", Method: http.MethodGet, Path: []string{"health"}, Safety: transport.SafeRead, NoRetry: true, NoSession: true}
	if err := c.do(ctx, call, &answer); err != nil {
		return err
	}
	if answer.Status != "ok" {
		return &Error{Op: call.Op, HTTPStatus: http.StatusOK, Attempts: 1, Message: "status " + wire.Clip(answer.Status, transport.MaxExcerpt)}
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
	err := a.do(ctx, transport.Call{Op: "ServerInfo", Method: http.MethodGet, Path: []string{"serverInfo"}, Safety: transport.SafeRead, Master: true, Needs: []string{"parseServerVersion"}}, &info)
	return info, err
}
