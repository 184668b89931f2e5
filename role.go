package isoaudit

import (
	"context"
	"net/http"
	"regexp"

	"github.com/isoaudit/isoaudit-go/internal/transport"
)

// Role is a Parse role: the authority behind the permissions of the classes.
// The members of a role are its users and the members of the roles nested in it
// (protocol section 4.1).
//
// Members are changed with RoleFields.Users and RoleFields.Roles, and found with
// their MembersOf. ACLs and permissions refer to roles by name: renaming one
// takes its authority away.
type Role struct {
	Object
	Name  string            `json:"name"`
	Users Relation[Auditor] `json:"users,omitzero"`
	Roles Relation[Role]    `json:"roles,omitzero"`
}

// Pointer gives a pointer to this role.
func (r *Role) Pointer() Pointer[Role] { return PointerTo[Role](r.ObjectID) }

// RoleFieldSet are the columns of Role.
type RoleFieldSet struct {
	objectFields[Role]
	Name  TextField[Role, string]
	Users RelationField[Role, Auditor]
	Roles RelationField[Role, Role] // nested roles, whose members are members too
}

// RoleFields are the columns of Role.
var RoleFields = RoleFieldSet{
	objectFields: newObjectFields[Role](),
	Name:         NewTextField[Role, string]("name"),
	Users:        NewRelationField[Role, Auditor]("users"),
	Roles:        NewRelationField[Role, Role]("roles"),
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
// ErrDuplicateValue.
func (c *Client) CreateRole(ctx context.Context, name string, acl ACL, members RoleMembers) (*Role, error) {
	role := &Role{Object: Object{ACL: acl}, Name: name}
	call := transport.Call{Op: roleClass + ".Create", Method: http.MethodPost, Path: classPath(roleClass), Class: roleClass, Safety: transport.SafeWithID, Needs: []string{"objectId", "createdAt"}}
	switch {
	case !roleName.MatchString(name):
		call.Err = badInput(call.Op, roleClass, "name", "must be of letters, digits, spaces, _ and -")
	case acl == nil:
		call.Err = badInput(call.Op, roleClass, "ACL", "is nil; a role needs one, ACL{} locks it to the master key")
	}
	body := map[string]any{"name": name, "ACL": acl}
	if len(members.Users) > 0 {
		body["users"] = addRelation{"AddRelation", members.Users}
	}
	if len(members.Roles) > 0 {
		body["roles"] = addRelation{"AddRelation", members.Roles}
	}
	call.Body = body
	if c == nil {
		return nil, c.do(ctx, call, nil)
	}
	if err := c.do(ctx, call, c.Roles.created(role)); err != nil {
		return nil, err
	}
	return role, nil
}

type addRelation struct {
	Op      string `json:"__op"`
	Objects any    `json:"objects"`
}
