package isoaudit

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// ErrSchemaDrift is wrapped by the error of [schema.Plan.Drift], for checks in a
// pipeline, and returned by [Admin.ApplySchema] where a column has another type
// than wanted, which no request can change.
var ErrSchemaDrift = schema.ErrDrift

// Schema reads the classes, indexes and permissions of the server, and its roles
// with their nesting (protocol section 5).
func (a *Admin) Schema(ctx context.Context) (schema.Schema, error) {
	var found schema.Schema
	if err := a.schemaCall(ctx, http.MethodGet, "", nil, &found); err != nil {
		return schema.Schema{}, err
	}
	for i, class := range found.Classes {
		if class.Name == roleClass {
			found.RolePermissions = found.Classes[i].Permissions
		}
		for name, index := range class.Indexes {
			class.Indexes[name] = mongoIndex(index, class, false)
		}
	}
	roles, err := a.schemaRoles(ctx)
	if err != nil {
		return schema.Schema{}, err
	}
	for _, role := range roles {
		found.Roles = append(found.Roles, role.Role)
	}
	return found, nil
}

// PlanSchema compares the server with the wanted schema and changes nothing. The
// plan prints as text; its Drift method gives an error that wraps
// [ErrSchemaDrift] unless there is no difference.
func (a *Admin) PlanSchema(ctx context.Context, want schema.Schema, options ...schema.PlanOption) (schema.Plan, error) {
	have, err := a.Schema(ctx)
	if err != nil {
		return schema.Plan{}, fmt.Errorf("isoaudit: plan schema: %w", err)
	}
	return schema.Diff(want, have, options...), nil
}

// ApplySchema makes the server what the wanted schema says and returns the plan
// that it carried out. Applying the same schema again does nothing. It deletes
// only what the options name ([schema.DropField] and its like); other columns,
// classes and indexes that the schema does not describe stay.
//
// A column with another type than wanted is an error that wraps
// [ErrSchemaDrift], before anything is changed. After any other error the steps
// before the failed one are done; apply again to go on.
func (a *Admin) ApplySchema(ctx context.Context, want schema.Schema, options ...schema.PlanOption) (schema.Plan, error) {
	have, err := a.Schema(ctx)
	if err != nil {
		return schema.Plan{}, fmt.Errorf("isoaudit: apply schema: %w", err)
	}
	plan := schema.Diff(want, have, options...)
	if len(plan.Conflicts) > 0 {
		return plan, fmt.Errorf("isoaudit: apply schema: nothing was changed, a column cannot get another type: %w", plan.Drift())
	}
	apply := schemaApplication{admin: a, want: want, mongo: onMongo(have)}
	for i, step := range plan.Steps {
		if err := apply.step(ctx, step); err != nil {
			return plan, fmt.Errorf("isoaudit: apply schema: step %d of %d, %s %s%s: %w",
				i+1, len(plan.Steps), step.Action, step.Delta.Class, step.Role.Name, err)
		}
	}
	return plan, nil
}

type schemaApplication struct {
	admin *Admin
	want  schema.Schema
	mongo bool
	roles map[string]storedRole // by name, read when a step first needs them
}

func (s *schemaApplication) step(ctx context.Context, step schema.Step) error {
	switch step.Action {
	case schema.CreateClass:
		return s.admin.schemaCall(ctx, http.MethodPost, step.Delta.Class, s.body(step.Delta), nil)
	case schema.UpdateClass:
		return s.admin.schemaCall(ctx, http.MethodPut, step.Delta.Class, s.body(step.Delta), nil)
	case schema.DeleteClass:
		return s.admin.schemaCall(ctx, http.MethodDelete, step.Delta.Class, nil, nil)
	case schema.PutRole:
		return s.putRole(ctx, step.Role)
	}
	return fmt.Errorf("this SDK does not know how to %q", step.Action)
}

func (s *schemaApplication) body(delta schema.Delta) schema.Delta {
	class, _ := s.want.Class(delta.Class)
	if !s.mongo || len(delta.Indexes) == 0 {
		return delta
	}
	indexes := map[string]schema.IndexChange{}
	for name, change := range delta.Indexes {
		change.Index = mongoIndex(change.Index, class, true)
		indexes[name] = change
	}
	delta.Indexes = indexes
	return delta
}

// onMongo says whether the server keeps its data in MongoDB: only there does the
// class of roles list the index that MongoDB itself makes. On PostgreSQL the
// server lists it too, but only with classes that were given other indexes.
func onMongo(have schema.Schema) bool {
	class, _ := have.Class(roleClass)
	_, ok := class.Indexes["_id_"]
	return ok
}

// mongoIndex spells the pointer columns of an index as MongoDB stores them,
// "_p_owner", or with stored false as the schema names them. Parse Server takes
// the names of an index to MongoDB as they are.
func mongoIndex(index schema.Index, class schema.Class, stored bool) schema.Index {
	const prefix = "_p_"
	out := make(schema.Index, len(index))
	for i, key := range index {
		if plain, ok := strings.CutPrefix(key.Field, prefix); ok && !stored {
			key.Field = plain
		}
		if stored && class.Fields[key.Field].Type == schema.Pointer {
			key.Field = prefix + key.Field
		}
		out[i] = key
	}
	return out
}
