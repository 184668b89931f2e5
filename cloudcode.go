package isoaudit

import (
	"context"
	"errors"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// CloudCode is what cloud/main.js reports about itself.
type CloudCode struct {
	Version int                                 `json:"version"`
	ACLs    map[string]map[string]schema.Access `json:"acls"` // of new objects, by class

	// Recorded are the classes whose writes it records in the audit trail.
	Recorded []string `json:"recorded"`

	// Server are options of the server; nil before version 5.
	Server *CloudServer `json:"server"`
}

// CloudServer are the options of a Parse Server that its Cloud Code tells the master
// key, because no request can ask for them.
type CloudServer struct {
	Live              []string `json:"live"`              // recorded classes that produce events
	Idempotent        []string `json:"idempotent"`        // regular expressions of idempotencyOptions.paths
	MaxLimit          int      `json:"maxLimit"`          // rows of a page; 0: no limit
	MasterKeyAnywhere bool     `json:"masterKeyAnywhere"` // masterKeyIps has every address
	ClassCreation     bool     `json:"classCreation"`     // allowClientClassCreation
}

// CloudCode asks the server which version of cloud/main.js it runs.
// The error is [parse.ErrScriptFailed] if it runs none, or one that is too old to
// answer this.
func (a *Admin) CloudCode(ctx context.Context) (CloudCode, error) {
	return askCloudCode(ctx, a.engine())
}

func askCloudCode(ctx context.Context, admin *parse.Admin) (CloudCode, error) {
	return parse.Call[CloudCode](ctx, admin.Client(), "isoauditCloudCode", nil)
}

// cloudCodeACLs are the ACLs that cloud/main.js gives to new objects, nil where the
// server does not run it.
func cloudCodeACLs(ctx context.Context, admin *parse.Admin) (map[string]map[string]schema.Access, error) {
	code, err := askCloudCode(ctx, admin)
	if errors.Is(err, parse.ErrScriptFailed) {
		return nil, nil
	}
	return code.ACLs, err
}
