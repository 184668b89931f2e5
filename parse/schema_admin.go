package parse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/schema"
)

// ErrSchemaDrift is wrapped by the error of [schema.Plan.Drift], for checks in a
// pipeline, and returned by [Admin.ApplySchema] where a column has another type
// than wanted, which no request can change.
var ErrSchemaDrift = schema.ErrDrift

// Schema reads the classes, indexes and permissions of the server, and its roles
// with their nesting (protocol section 5). A class that the server describes in a way
// which cannot be read is told by the Err method of the result; the others are read.
func (a *Admin) Schema(ctx context.Context) (schema.Schema, error) {
	var answer struct {
		Classes []jsontext.Value `json:"results"`
	}
	if err := a.schemaCall(ctx, http.MethodGet, "", nil, &answer); err != nil {
		return schema.Schema{}, err
	}
	var found schema.Schema
	for _, raw := range answer.Classes {
		class, err := readClass(raw)
		if err != nil {
			return schema.Schema{}, fmt.Errorf("parse: Schema.GET: %w", err)
		}
		found.Classes = append(found.Classes, class)
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

// readClass reads one class of a server. One that can't be read is no reason not to
// read the others.
func readClass(raw jsontext.Value) (class schema.Class, err error) {
	if err = json.Unmarshal(raw, &class); err == nil {
		return class, nil
	}
	var named struct {
		Name string `json:"className"`
	}
	if json.Unmarshal(raw, &named) != nil || named.Name == "" {
		return class, err
	}
	return schema.Unreadable(named.Name, err), nil
}

// ErrServerTooOld is returned by [Admin.PlanSchema] and [Admin.ApplySchema] for a
// Parse Server before version 5.
var ErrServerTooOld = errors.New("the server is too old: version 5 is the oldest whose schema can be planned")

// PlanSchema compares the server with the wanted schema and changes nothing. The
// plan prints as text; its Drift method gives an error that wraps
// [ErrSchemaDrift] unless there is no difference.
//
// The plan is made for the server's version and database. What they cannot keep
// is left out of it and is no drift. Where that opens a class, the plan warns,
// unless [schema.CloudCodeACLs] says that the server's Cloud Code closes it.
func (a *Admin) PlanSchema(ctx context.Context, want schema.Schema, options ...schema.PlanOption) (schema.Plan, error) {
	compared, err := a.compare(ctx, want, options)
	if err != nil {
		return schema.Plan{}, fmt.Errorf("parse: plan schema: %w", err)
	}
	plan, err := compared.plan(ctx)
	if err != nil {
		return schema.Plan{}, fmt.Errorf("parse: plan schema: %w", err)
	}
	return plan, nil
}

// ApplySchema makes the server what the wanted schema says and returns the plan
// that it carried out. Applying the same schema again does nothing. It deletes
// only what the options name ([schema.DropField] and its like); other columns,
// classes and indexes that the schema does not describe stay.
//
// A column with another type than wanted, and a DocumentControlLog of the other
// contract ([schema.Prompt]), are an error that wraps [ErrSchemaDrift], before anything
// is changed. Where the server refuses a part
// of the plan, the other parts are done, and the error, like the plan's Refused,
// names the class, the column and what the server said. After an error that is no
// refusal, such as a lost connection, the steps before it are done. In both cases
// applying again does what is missing.
func (a *Admin) ApplySchema(ctx context.Context, want schema.Schema, options ...schema.PlanOption) (schema.Plan, error) {
	compared, err := a.compare(ctx, want, options)
	if err != nil {
		return schema.Plan{}, fmt.Errorf("parse: apply schema: %w", err)
	}
	plan, err := compared.plan(ctx)
	if err != nil {
		return schema.Plan{}, fmt.Errorf("parse: apply schema: %w", err)
	}
	if len(plan.Conflicts) > 0 {
		return plan, fmt.Errorf("parse: apply schema: nothing was changed: %w", plan.Drift())
	}
	apply := schemaApplication{comparison: compared, split: map[string]bool{}}
	for i, step := range plan.Steps {
		refused, err := apply.carryOut(ctx, step)
		plan.Refused = append(plan.Refused, refused...)
		if err != nil {
			return plan, fmt.Errorf("parse: apply schema: step %d of %d, %s: %w", i+1, len(plan.Steps), step, err)
		}
	}
	if len(plan.Refused) == 0 {
		return plan, nil
	}
	var errs []error
	for _, r := range plan.Refused {
		errs = append(errs, fmt.Errorf("%s: %w", r.Step, r.Err))
	}
	return plan, fmt.Errorf("parse: apply schema: the server refused %d of its parts, the others are done: %w", len(errs), errors.Join(errs...))
}

// comparison compares the server with the wanted schema, as often as it is asked.
type comparison struct {
	admin   *Admin
	want    schema.Schema
	server  schema.Server
	options []schema.PlanOption
}

// compare asks what the server is and what its Cloud Code does.
func (a *Admin) compare(ctx context.Context, want schema.Schema, options []schema.PlanOption) (*comparison, error) {
	if err := want.Err(); err != nil {
		return nil, err
	}
	info, err := a.ServerInfo(ctx)
	if err != nil {
		return nil, err
	}
	c := &comparison{admin: a, want: want, server: schema.Server{Version: info.Version}, options: options}
	if c.server.Before(5, 0) {
		return nil, fmt.Errorf("%w; this is Parse Server %s", ErrServerTooOld, info.Version)
	}
	if ask := a.own().cfg.cloudACLs; ask != nil && !c.server.KeepsDefaultACL() {
		acls, err := ask(ctx, a)
		if err != nil {
			return nil, err
		}
		if acls != nil {
			c.options = append([]schema.PlanOption{schema.CloudCodeACLs(acls)}, options...)
		}
	}
	return c, nil
}

// plan reads the server's schema and plans the way to the wanted one.
func (c *comparison) plan(ctx context.Context) (schema.Plan, error) {
	have, err := c.admin.Schema(ctx)
	if err != nil {
		return schema.Plan{}, err
	}
	for _, class := range have.Classes {
		_, wanted := c.want.Class(class.Name)
		if err := (schema.Schema{Classes: []schema.Class{class}}).Err(); err != nil && (wanted || class.Name == roleClass) {
			return schema.Plan{}, err
		}
	}
	c.server.MongoDB = onMongo(have)
	return schema.Diff(c.want, have, append([]schema.PlanOption{schema.OnServer(c.server)}, c.options...)...), nil
}

type schemaApplication struct {
	*comparison
	split map[string]bool       // classes whose steps were done part by part
	roles map[string]storedRole // by name, read when a step first needs them
}

// carryOut does a step. Where the server refuses it, it does the parts of what is
// then still missing and returns those that are refused.
func (s *schemaApplication) carryOut(ctx context.Context, step schema.Step) (refused []schema.Refusal, err error) {
	if s.split[step.Delta.Class] {
		return nil, nil
	}
	err = s.step(ctx, step)
	if err == nil || !isRefusal(err) {
		return nil, err
	}
	if len(step.Parts()) == 1 {
		return []schema.Refusal{{Step: step, Err: err}}, nil
	}
	s.split[step.Delta.Class] = true
	// The server may have done a part before it refused the rest.
	rest, err := s.plan(ctx)
	if err != nil {
		return nil, err
	}
	for _, missing := range rest.Steps {
		if missing.Delta.Class != step.Delta.Class {
			continue
		}
		for _, part := range missing.Parts() {
			err := s.step(ctx, part)
			switch {
			case err == nil:
			case !isRefusal(err):
				return refused, fmt.Errorf("%s: %w", part, err)
			default:
				refused = append(refused, schema.Refusal{Step: part, Err: err})
			}
			if err != nil && part.Action == schema.CreateClass {
				break // its columns have no class to be added to
			}
		}
	}
	return refused, nil
}

// isRefusal reports whether the server itself answered that it does not do it. An
// internal error counts too, though it leaves open what was done: the server's
// schema is read again before anything else is sent.
func isRefusal(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Code != 0
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
	if !s.server.MongoDB || len(delta.Indexes) == 0 {
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

// onMongo reports whether the server keeps its data in MongoDB: only there does the
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
