package parse

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Config is a snapshot of the application's configuration parameters. The nil
// and the zero Config have none.
type Config struct {
	params     map[string]jsontext.Value
	masterOnly map[string]bool
	codec      *codec
}

// Config reads the application's configuration parameters. Those that only the
// master key may see are returned to an Admin only.
func (c *Client) Config(ctx context.Context) (*Config, error) {
	var answer struct {
		Params     map[string]jsontext.Value `json:"params"`
		MasterOnly map[string]jsontext.Value `json:"masterKeyOnly"`
	}
	call := transport.Call{Op: "Config.Get", Method: http.MethodGet, Path: []string{"config"}, Safety: transport.SafeRead, Needs: []string{"params"}}
	if err := c.do(ctx, call, &answer); err != nil {
		return nil, err
	}
	hidden := make(map[string]bool, len(answer.MasterOnly))
	for name, value := range answer.MasterOnly {
		hidden[name] = value.Kind() == 't'
	}
	return &Config{answer.Params, hidden, c.cfg.codec}, nil
}

// Decode reads one parameter into out. If there is no such parameter it reports
// false and does not change out.
func (c *Config) Decode(name string, out any) (bool, error) {
	if c == nil {
		return false, nil
	}
	raw, ok := c.params[name]
	if !ok {
		return false, nil
	}
	if err := c.codec.decode(raw, out); err != nil {
		return true, fmt.Errorf("parse: config parameter %q: %w", name, err)
	}
	return true, nil
}

// MasterOnly reports whether a parameter is hidden from clients without the master key.
func (c *Config) MasterOnly(name string) bool { return c != nil && c.masterOnly[name] }

// Names lists the parameters, in order.
func (c *Config) Names() []string {
	if c == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.params))
}

// SetConfig sets the given parameters and leaves the others as they are. The
// names in masterOnly, which must be among them, are hidden from clients.
func (a *Admin) SetConfig(ctx context.Context, params map[string]any, masterOnly ...string) error {
	call := transport.Call{Op: "Config.Set", Method: http.MethodPut, Path: []string{"config"}, Master: true, Needs: []string{"result"}}
	hidden := make(map[string]bool, len(params))
	for name := range params {
		hidden[name] = false
		if !validColumn(name) {
			call.Err = badInput(call.Op, "", "params", "%q is not a name of letters, digits and _", wire.Clip(name, 60))
		}
	}
	for _, name := range masterOnly {
		if _, ok := params[name]; !ok {
			call.Err = badInput(call.Op, "", "masterOnly", "%q is not among the parameters", wire.Clip(name, 60))
		}
		hidden[name] = true
	}
	if len(params) == 0 {
		call.Err = badInput(call.Op, "", "params", "is empty")
	}
	call.Body = map[string]any{"params": params, "masterKeyOnly": hidden}
	return a.do(ctx, call, nil)
}

// DeleteConfig removes parameters. Names that do not exist are ignored.
func (a *Admin) DeleteConfig(ctx context.Context, names ...string) error {
	params := make(map[string]any, len(names))
	for _, name := range names {
		params[name] = map[string]string{"__op": "Delete"}
	}
	return a.SetConfig(ctx, params)
}
