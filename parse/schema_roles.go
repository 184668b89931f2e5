package parse

import (
	"context"
	"net/http"
	"slices"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
	"github.com/isoaudit/isoaudit-go/schema"
)

// storedRole is a role as the server has it.
type storedRole struct {
	schema.Role
	id string
}

// roleRow is a row of _Role.
type roleRow struct {
	Object
	Name string `json:"name"`
}

// schemaRoles reads all roles and which roles each of them contains.
func (a *Admin) schemaRoles(ctx context.Context) ([]storedRole, error) {
	rows, contained := NewCollection[roleRow](a, roleClass), NewRelationField[roleRow, roleRow]("roles")
	var roles []storedRole
	for row, err := range rows.Query().All(ctx) {
		if err != nil {
			return nil, err
		}
		role := storedRole{id: row.ObjectID, Role: schema.Role{Name: row.Name, ACL: map[string]schema.Access{}}}
		for subject, access := range row.ACL {
			role.ACL[string(subject)] = schema.Access(access)
		}
		for child, err := range rows.Query().Where(contained.MembersOf(rows.PointerTo(row.ObjectID))).All(ctx) {
			if err != nil {
				return nil, err
			}
			role.Roles = append(role.Roles, child.Name)
		}
		slices.Sort(role.Roles)
		roles = append(roles, role)
	}
	return roles, nil
}

// putRole creates the role or gives it the wanted ACL and children.
func (s *schemaApplication) putRole(ctx context.Context, want schema.Role) error {
	if s.roles == nil {
		roles, err := s.admin.schemaRoles(ctx)
		if err != nil {
			return err
		}
		s.roles = map[string]storedRole{}
		for _, role := range roles {
			s.roles[role.Name] = role
		}
	}
	have, exists := s.roles[want.Name]
	body := map[string]any{"ACL": want.ACL}
	if ops := s.nesting(want.Roles, have.Roles); ops != nil {
		body["roles"] = ops
	}
	call := transport.Call{Op: roleClass + ".Create", Method: http.MethodPost, Path: []string{"roles"}, Class: roleClass, Body: body, Master: true, Needs: []string{"objectId", "createdAt"}}
	if exists {
		call.Op, call.Method, call.ObjectID = roleClass+".Update", http.MethodPut, have.id
		call.Needs = []string{"updatedAt"}
		call.Path = append(call.Path, have.id)
	} else {
		body["name"] = want.Name
	}
	var created struct {
		ObjectID string `json:"objectId"`
	}
	if err := s.admin.do(ctx, call, &created); err != nil {
		return err
	}
	if !exists {
		have.id = created.ObjectID
	}
	s.roles[want.Name] = storedRole{Role: want, id: have.id}
	return nil
}

// nesting is the change of a role's relation, nil if there is none to make: an
// operation with an empty list is refused (protocol section 2.2).
func (s *schemaApplication) nesting(want, have []string) any {
	var ops []any
	for op, names := range map[string][]string{
		"AddRelation": without(want, have), "RemoveRelation": without(have, want),
	} {
		var objects []any
		for _, name := range names {
			if role, ok := s.roles[name]; ok {
				objects = append(objects, pointerJSON(roleClass, role.id))
			}
		}
		if len(objects) > 0 {
			ops = append(ops, map[string]any{"__op": op, "objects": objects})
		}
	}
	switch len(ops) {
	case 0:
		return nil
	case 1:
		return ops[0]
	}
	return map[string]any{"__op": "Batch", "ops": ops}
}

// without gives the elements of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func pointerJSON(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}
