package parse

import (
	"context"

	"github.com/isoaudit/isoaudit-go/schema"
)

// CloudCode is what cloud/main.js says about itself.
type CloudCode struct {
	Version int                                 `json:"version"`
	ACLs    map[string]map[string]schema.Access `json:"acls"` // of new objects, by class
}

// CloudCode asks the server which version of cloud/main.js it runs.
// [ErrScriptFailed] says that it runs none, or one that cannot tell yet.
func (a *Admin) CloudCode(ctx context.Context) (CloudCode, error) {
	return Call[CloudCode](ctx, a.own(), "isoauditCloudCode", nil)
}
