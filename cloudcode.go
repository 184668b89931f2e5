package isoaudit

import (
	"context"
	"errors"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// CloudCode is what cloud/main.js says about itself.
type CloudCode struct {
	Version int                                 `json:"version"`
	ACLs    map[string]map[string]schema.Access `json:"acls"` // of new objects, by class

	// Recorded are the classes whose writes it records in the audit trail.
	Recorded []string `json:"recorded"`
}

// CloudCode asks the server which version of cloud/main.js it runs.
// [parse.ErrScriptFailed] says that it runs none, or one that cannot tell yet.
func (a *Admin) CloudCode(ctx context.Context) (CloudCode, error) {
	return parse.Call[CloudCode](ctx, a.engine().Client(), "isoauditCloudCode", nil)
}

// withCloudCode tells a plan which ACLs cloud/main.js gives to new objects, where
// the server itself cannot give them any.
func (a *Admin) withCloudCode(ctx context.Context, options []schema.PlanOption) ([]schema.PlanOption, error) {
	info, err := a.engine().ServerInfo(ctx)
	if err != nil || (schema.Server{Version: info.Version}).KeepsDefaultACL() {
		return options, err
	}
	code, err := a.CloudCode(ctx)
	if errors.Is(err, parse.ErrScriptFailed) {
		return options, nil
	}
	return append([]schema.PlanOption{schema.CloudCodeACLs(code.ACLs)}, options...), err
}
