package audittest

import (
	"cmp"
	"context"
	"fmt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/schema"
)

// PromptServer is a [Server] of the second contract, the four classes of package
// promptschema with their roles and rules.
type PromptServer struct {
	*Server

	// Client has the application's keys and no session.
	Client *promptschema.Client
	// Admin has the master key.
	Admin *promptschema.Admin
}

// NewPromptServer starts a server of the four classes for a test; see [NewServer].
func NewPromptServer(tb TB, configure ...func(*auditserver.Config)) *PromptServer {
	tb.Helper()
	s := &PromptServer{Server: newServer(tb, overSockets, policy.Prompt(), schema.Prompt(), configure)}
	s.must("making the clients", func(context.Context) error {
		keys := []parse.Option{parse.WithApplicationID(s.AppID)}
		if s.RESTKey != "" {
			keys = append(keys, parse.WithRESTKey(s.RESTKey))
		}
		var err error
		if s.Client, err = promptschema.NewClient(s.URL, keys...); err != nil {
			return err
		}
		s.Admin, err = promptschema.NewAdmin(s.URL, s.MasterKey, keys...)
		return err
	})
	return s
}

// PromptLogin is a user with a client that is logged in as him.
type PromptLogin struct {
	*promptschema.Client
	User *promptschema.User
}

// As makes a new user, gives him the role and logs him in, as [Server.As] does.
func (s *PromptServer) As(role isoaudit.AuditorRole) PromptLogin {
	s.tb.Helper()
	username := fmt.Sprintf("%s-%d", cmp.Or(role, "nobody"), s.names.Add(1))
	login := PromptLogin{User: &promptschema.User{Username: username, Email: username + "@pumps.example", Password: SamplePassword}}
	s.must("making a user", func(ctx context.Context) error {
		if err := s.Admin.Users.Create(ctx, login.User); err != nil {
			return err
		}
		if role != "" {
			if err := grantPromptRole(ctx, s.Admin, role, login.User); err != nil {
				return err
			}
		}
		_, session, err := s.Admin.LoginAs(ctx, login.User.ObjectID)
		login.Client = s.Client.As(session)
		return err
	})
	return login
}

// LogIn logs a user in, one of a PromptSample for instance.
func (s *PromptServer) LogIn(username, password string) PromptLogin {
	s.tb.Helper()
	var login PromptLogin
	s.must("logging in "+username, func(ctx context.Context) error {
		user, session, err := s.Client.LogIn(ctx, username, password)
		login = PromptLogin{s.Client.As(session), user}
		return err
	})
	return login
}

func grantPromptRole(ctx context.Context, admin *promptschema.Admin, role isoaudit.AuditorRole, users ...*promptschema.User) error {
	var members []isoaudit.Pointer[isoaudit.Auditor]
	for _, user := range users {
		members = append(members, isoaudit.PointerTo[isoaudit.Auditor](user.ObjectID))
	}
	return addMembers(ctx, isoaudit.ClientOf(admin.Client.Client), map[isoaudit.AuditorRole][]isoaudit.Pointer[isoaudit.Auditor]{role: members})
}
