package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// member is an auditor and the client that works in his name.
type member struct {
	*isoaudit.Client
	auditor *isoaudit.Auditor
}

// team is who takes part in the audit.
type team struct {
	lena   member // coordinates the audit programme
	amal   member // leads the audit
	daniel member // runs the assembly line, and answers for its actions
	joana  member // approves documents
	mary   member // manages quality
}

func (b *backend) team(ctx context.Context) (t team, err error) {
	for _, join := range []struct {
		as       *member
		username string
		role     isoaudit.AuditorRole
	}{
		{&t.lena, "l.brandt", isoaudit.RoleCoordinator},
		{&t.amal, "a.haddad", isoaudit.RoleAuditor},
		{&t.daniel, "d.kim", isoaudit.RoleAuditor},
		{&t.joana, "j.silva", isoaudit.RoleApprover},
		{&t.mary, "m.okafor", isoaudit.RoleManager},
	} {
		if *join.as, err = b.signUp(ctx, join.username, join.role); err != nil {
			return t, err
		}
	}
	return t, nil
}

// signUp lets somebody sign up, as anyone may. Nobody gives himself a role: it is
// granted with the master key.
func (b *backend) signUp(ctx context.Context, username string, role isoaudit.AuditorRole) (member, error) {
	username += b.suffix
	auditor := &isoaudit.Auditor{
		Username: username,
		Email:    username + "@pumps.example",
		Password: parse.Password(rand.Text()),
		Role:     isoaudit.RoleAuditor,
		SiteCode: "PLANT-07",
	}
	session, err := b.client.SignUp(ctx, auditor)
	if err != nil {
		return member{}, fmt.Errorf("signing up %s: %w", username, err)
	}
	granted, err := b.admin.Roles.Query().Where(isoaudit.RoleFields.Name.Eq(string(role))).First(ctx)
	if err != nil {
		return member{}, err
	}
	if err := b.admin.Roles.Update(ctx, granted.ObjectID, isoaudit.RoleFields.Users.Add(auditor.Pointer())); err != nil {
		return member{}, err
	}
	if err := b.admin.Auditors.Update(ctx, auditor.ObjectID, isoaudit.AuditorFields.Role.Set(role)); err != nil {
		return member{}, err
	}
	return member{b.client.As(session), auditor}, nil
}
