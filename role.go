package isoaudit

import (
	"context"
	"regexp"

	"github.com/isoaudit/isoaudit-go/parse"
)

// Role is a Parse role: the authority behind the permissions of the classes.
// The members of a role are its users and the members of the roles nested in it
// (protocol section 4.1).
//
// Members are changed with RoleFields.Users and RoleFields.Roles, and found with
// their MembersOf. ACLs and permissions refer to roles by name: renaming one
// takes its authority away.
type Role struct {
	parse.Object
	Name  string                  `json:"name"`
	Users parse.Relation[Auditor] `json:"users,omitzero"`
	Roles parse.Relation[Role]    `json:"roles,omitzero"`
}

// Pointer gives a pointer to this role.
func (r *Role) Pointer() Pointer[Role] { return PointerTo[Role](r.ObjectID) }

// roleClass is Parse Server's own class of roles.
var roleClass = parse.ClassOf[Role]("_Role")

// ParseClass implements parse.Classed.
func (*Role) ParseClass() parse.Class { return roleClass }

// RoleFieldSet are the columns of Role.
type RoleFieldSet struct {
	parse.ObjectFieldSet[Role]
	Name  parse.TextField[Role, string]
	Users parse.RelationField[Role, Auditor]
	Roles parse.RelationField[Role, Role] // nested roles, whose members are members too
}

// RoleFields are the columns of Role.
var RoleFields = RoleFieldSet{
	ObjectFieldSet: parse.ObjectFieldsOf[Role](),
	Name:           parse.NewTextField[Role, string]("name"),
	Users:          parse.NewRelationField[Role, Auditor]("users"),
	Roles:          parse.NewRelationField[Role, Role]("roles"),
}

// CurrentRoles gives the names of the roles of the client's user, inherited ones too; see
// [parse.CurrentRoles]. A coordinator is an auditor as well.
func (c *Client) CurrentRoles(ctx context.Context) ([]string, error) {
	return parse.CurrentRoles(ctx, c.engine())
}

// RoleMembers are the first members of a new role.
type RoleMembers struct {
	Users []Pointer[Auditor]
	Roles []Pointer[Role] // nested: their members become members too
}

// roleName is what Parse's own clients accept; the server takes anything.
var roleName = regexp.MustCompile(`^[0-9A-Za-z_\- ]+$`)

// CreateRole creates a role together with its first members. The ACL is
// required: it says who may see the role and who may change its members, and
// with them everything the role is allowed. A name that is taken is
// [parse.ErrDuplicateValue].
func (c *Client) CreateRole(ctx context.Context, name string, acl parse.ACL, members RoleMembers) (*Role, error) {
	const op = "_Role.Create"
	switch {
	case c == nil || c.Roles == nil:
		return nil, badInput(op, roleClass.Name(), "", "the client is nil or zero; make one with NewClient")
	case !roleName.MatchString(name):
		return nil, badInput(op, roleClass.Name(), "name", "must be of letters, digits, spaces, _ and -")
	case acl == nil:
		return nil, badInput(op, roleClass.Name(), "ACL", "is nil; a role needs one, ACL{} locks it to the master key")
	}
	var first []parse.Change[Role]
	if len(members.Roles) > 0 {
		first = append(first, RoleFields.Roles.Add(members.Roles...))
	}
	if len(members.Users) > 0 {
		first = append(first, RoleFields.Users.Add(members.Users...))
	}
	role := &Role{Object: parse.Object{ACL: acl}, Name: name}
	if err := c.Roles.CreateWith(ctx, role, first...); err != nil {
		return nil, err
	}
	return role, nil
}
