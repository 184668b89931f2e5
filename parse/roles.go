package parse

import (
	"context"
	"slices"
)

// CurrentRoles gives the names, sorted, of the roles of the user whose session the
// client has, inherited ones too; see [RolesOf].
func CurrentRoles(ctx context.Context, c Caller) ([]string, error) {
	user, err := CurrentUser[Row](ctx, c)
	if user == nil || user.ObjectID == "" {
		return nil, err
	}
	return RolesOf(ctx, c, user.ObjectID)
}

// RolesOf gives the names, sorted, of the roles that a user has. A member of a role is
// a member of every role that lists it (protocol section 4.1), so these are the roles
// that list the user and all above them. Roles that the caller may not read are
// missing, and so are those above them. It asks the server once for each level.
func RolesOf(ctx context.Context, c Caller, userID string) ([]string, error) {
	roles := NewCollection[roleRow](c, roleClass)
	if userID == "" {
		return nil, badInput("RolesOf", roleClass, "userID", "is empty")
	}
	user := Rows(c, userClass).PointerTo(userID)
	holds := NewRelationField[roleRow, Row]("users").Has(user)
	names, known := []string{}, map[string]bool{}
	for {
		var level []Pointer[roleRow]
		for role, err := range roles.Query().Where(holds).All(ctx) {
			if err != nil {
				return nil, err
			}
			if !known[role.ObjectID] {
				known[role.ObjectID] = true
				names = append(names, role.Name)
				level = append(level, roles.PointerTo(role.ObjectID))
			}
		}
		if len(level) == 0 {
			slices.Sort(names)
			return names, nil
		}
		holds = NewRelationField[roleRow, roleRow]("roles").HasAny(level...)
	}
}
