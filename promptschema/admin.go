package promptschema

import (
	"context"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Admin is a client with the master key: every call on it, also through its collections,
// passes all permissions. As and Anonymous give clients without it.
type Admin struct {
	*Client

	admin *isoaudit.Admin
}

// NewAdmin makes an Admin; see [isoaudit.NewAdmin].
func NewAdmin(serverURL, masterKey string, options ...parse.Option) (*Admin, error) {
	admin, err := isoaudit.NewAdmin(serverURL, masterKey, options...)
	if err != nil {
		return nil, err
	}
	return &Admin{clientOf(admin.Client.Client), admin}, nil
}

// engine is what carries out the calls. It is a nil Admin for a nil or zero one, which
// every call reports.
func (a *Admin) engine() *isoaudit.Admin {
	if a == nil {
		return nil
	}
	return a.admin
}

// LoginAs starts a session of any user without a password. It returns
// [parse.ErrObjectNotFound] if there is no such user.
func (a *Admin) LoginAs(ctx context.Context, userID string) (*User, *parse.Session, error) {
	if a == nil || a.admin == nil {
		return parse.LoginAs[User](ctx, (*parse.Admin)(nil), userID)
	}
	return parse.LoginAs[User](ctx, a.admin.Admin, userID)
}

// PlanSchema compares the server with [schema.Prompt] and changes nothing; see
// [isoaudit.Admin.PlanSchema].
func (a *Admin) PlanSchema(ctx context.Context, options ...schema.PlanOption) (schema.Plan, error) {
	return a.engine().PlanSchema(ctx, schema.Prompt(), options...)
}

// ApplySchema makes the server what [schema.Prompt] says; see [isoaudit.Admin.ApplySchema].
// An application that has the six classes is refused before anything is changed, with an
// error that wraps [parse.ErrSchemaDrift].
func (a *Admin) ApplySchema(ctx context.Context, options ...schema.PlanOption) (schema.Plan, error) {
	return a.engine().ApplySchema(ctx, schema.Prompt(), options...)
}

// Trail gives the audit trail as the master key sees it, for package trail.
func (a *Admin) Trail() *isoaudit.TrailSource { return a.engine().Trail() }
