package isoaudit

import (
	"context"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Admin is a client with the master key: every call on it, also through its
// collections, passes all permissions. It is the only type that holds this key; As
// and Anonymous give clients without it. The server accepts the master key only from
// the addresses in its masterKeyIps, by default its own machine.
type Admin struct {
	*Client
	*parse.Admin
}

// NewAdmin makes an Admin; the options are those of NewClient. The master key
// is refused over plain http and ws to any host that is not this machine. A
// session source is refused: the server ignores sessions beside the master key.
func NewAdmin(serverURL, masterKey string, options ...parse.Option) (*Admin, error) {
	admin, err := parse.NewAdmin(serverURL, masterKey, ownOptions(options)...)
	if err != nil {
		return nil, err
	}
	return &Admin{ClientOf(admin.Client()), admin}, nil
}

// engine is the parse.Admin that the calls go through. It is nil for a nil Admin,
// which every call reports.
func (a *Admin) engine() *parse.Admin {
	switch {
	case a == nil:
		return nil
	case a.Admin == nil:
		return parse.AdminOf(a.Client.engine())
	}
	return a.Admin
}

// LoginAs starts a session of any auditor without a password. It returns
// ErrObjectNotFound if there is no such auditor.
func (a *Admin) LoginAs(ctx context.Context, auditorID string) (*Session, error) {
	if auditorID == "" {
		return nil, badInput("Session.LoginAs", userClass.Name(), "auditorID", "is empty")
	}
	return newSession(parse.LoginAs[Auditor](ctx, a.engine(), auditorID))
}

// Purge deletes every object of a class; see [parse.Admin.Purge].
func (a *Admin) Purge(ctx context.Context, class string) error { return a.engine().Purge(ctx, class) }

// Schema reads the schema of the server; see [parse.Admin.Schema].
func (a *Admin) Schema(ctx context.Context) (schema.Schema, error) { return a.engine().Schema(ctx) }

// PlanSchema compares the server with a schema; see [parse.Admin.PlanSchema].
// If the server keeps no default ACLs, those that cloud/main.js gives to new objects
// are compared instead.
func (a *Admin) PlanSchema(ctx context.Context, want schema.Schema, options ...schema.PlanOption) (schema.Plan, error) {
	return a.engine().PlanSchema(ctx, want, options...)
}

// ApplySchema makes the server what a schema says; see [parse.Admin.ApplySchema].
// Its plan is that of PlanSchema.
func (a *Admin) ApplySchema(ctx context.Context, want schema.Schema, options ...schema.PlanOption) (schema.Plan, error) {
	return a.engine().ApplySchema(ctx, want, options...)
}

// StartJob starts a background job; see [parse.Admin.StartJob].
func (a *Admin) StartJob(ctx context.Context, name string, params any) (id string, err error) {
	return a.engine().StartJob(ctx, name, params)
}

// Job reads the status of a job; see [parse.Admin.Job].
func (a *Admin) Job(ctx context.Context, id string) (parse.Job, error) {
	return a.engine().Job(ctx, id)
}

// WaitJob waits for the end of a job; see [parse.Admin.WaitJob].
func (a *Admin) WaitJob(ctx context.Context, id string, interval time.Duration) (parse.Job, error) {
	return a.engine().WaitJob(ctx, id, interval)
}

// SetConfig sets parameters of the application; see [parse.Admin.SetConfig].
func (a *Admin) SetConfig(ctx context.Context, params map[string]any, masterOnly ...string) error {
	return a.engine().SetConfig(ctx, params, masterOnly...)
}

// DeleteConfig removes parameters; see [parse.Admin.DeleteConfig].
func (a *Admin) DeleteConfig(ctx context.Context, names ...string) error {
	return a.engine().DeleteConfig(ctx, names...)
}

// DeleteFile deletes a stored file; see [parse.Admin.DeleteFile].
func (a *Admin) DeleteFile(ctx context.Context, name string) error {
	return a.engine().DeleteFile(ctx, name)
}

// ServerInfo asks for the server's version; see [parse.Admin.ServerInfo].
func (a *Admin) ServerInfo(ctx context.Context) (parse.ServerInfo, error) {
	return a.engine().ServerInfo(ctx)
}
