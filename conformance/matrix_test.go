package conformance_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// rights are who may create and change the objects of a class, by role. "own" stands
// for the user whose object it is.
type rights struct{ create, change []string }

var rolesThatRead = []string{"auditor", "coordinator", "manager", "approver"}

// class is one class of a permission table, whatever its Go type, with the clients of
// its contract.
type class[C any] struct {
	name   string
	create func(ctx context.Context, c C, owner string) (id string, err error)
	get    func(ctx context.Context, c C, id string) error
	find   func(ctx context.Context, c C, id string) (bool, error)
	change func(ctx context.Context, c C, id string) error
	remove func(ctx context.Context, c C, id string) error
}

// typed ties a class of the client to the table. text is any column that no rule
// is about.
func typed[C, T any](name string, collection func(C) *parse.Collection[T], build func(owner string) *T,
	base func(*T) *parse.Object, key parse.IDField[T], text parse.TextField[T, string]) class[C] {
	return class[C]{
		name: name,
		create: func(ctx context.Context, c C, owner string) (string, error) {
			object := build(owner)
			err := collection(c).Create(ctx, object)
			return base(object).ObjectID, err
		},
		get: func(ctx context.Context, c C, id string) error {
			_, err := collection(c).Get(ctx, id)
			return err
		},
		find: func(ctx context.Context, c C, id string) (bool, error) {
			rows, err := collection(c).Query().Where(key.Eq(id)).Find(ctx)
			return len(rows) == 1, err
		},
		change: func(ctx context.Context, c C, id string) error {
			return collection(c).Update(ctx, id, text.Set("changed"))
		},
		remove: func(ctx context.Context, c C, id string) error { return collection(c).Delete(ctx, id) },
	}
}

// matrix is a permission table and the people who try its cells, with the clients of
// one contract.
type matrix[C any] struct {
	admin, anonymous C
	as               func(name string) C
	roles            func(name string) []string
	table            map[string]rights

	// owns tells whether people with these roles count as owners; nil: all do.
	owns func(class string, roles []string) bool
	// requireWrite is requireAllowed for creating and changing.
	requireWrite func(t *testing.T, allowed bool, err error)
}

// check asserts every cell of one class: each person, each operation, on his own and
// on another's object.
func (m matrix[C]) check(t *testing.T, class class[C]) {
	ctx, row := t.Context(), m.table[class.name]
	others, err := class.create(ctx, m.admin, otto)
	require.NoError(t, err)
	for _, name := range everyone {
		client, roles := m.as(name), m.roles(name)
		owner := m.owns == nil || m.owns(class.name, roles)
		may := func(allowed []string, own bool) bool {
			return own && owner && slices.Contains(allowed, "own") ||
				slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(allowed, role) })
		}
		owns, err := class.create(ctx, m.admin, name)
		require.NoError(t, err)
		for which, id := range map[string]string{"own": owns, "another's": others} {
			own := which == "own" || name == otto
			t.Run(name+" reads "+which, func(t *testing.T) {
				found, err := class.find(ctx, client, id)
				require.NoError(t, err, "a query without rights finds nothing")
				require.Equal(t, may(rolesThatRead, false), found)
				requireAllowed(t, found, class.get(ctx, client, id))
			})
			t.Run(name+" changes "+which, func(t *testing.T) {
				m.requireWrite(t, may(row.change, own), class.change(ctx, client, id))
			})
			t.Run(name+" deletes "+which, func(t *testing.T) {
				requireAllowed(t, false, class.remove(ctx, client, id))
				require.NoError(t, class.get(ctx, m.admin, id))
			})
		}
		t.Run(name+" creates his own", func(t *testing.T) {
			_, err := class.create(ctx, client, name)
			m.requireWrite(t, may(row.create, true), err)
		})
		t.Run(name+" creates another's", func(t *testing.T) {
			_, err := class.create(ctx, client, map[bool]string{true: anna, false: otto}[name == otto])
			m.requireWrite(t, may(row.create, false), err)
		})
	}
	t.Run("nobody without a session", func(t *testing.T) {
		_, err := class.find(ctx, m.anonymous, others)
		requireAllowed(t, false, err)
		requireAllowed(t, false, class.get(ctx, m.anonymous, others))
		requireAllowed(t, false, class.change(ctx, m.anonymous, others))
		requireAllowed(t, false, class.remove(ctx, m.anonymous, others))
		_, err = class.create(ctx, m.anonymous, otto)
		m.requireWrite(t, false, err)
	})
}

// requireAllowed asserts that something succeeded, or was refused for want of a right.
func requireAllowed(t *testing.T, allowed bool, err error) {
	t.Helper()
	if allowed {
		require.NoError(t, err)
		return
	}
	require.Error(t, err, "this must be refused")
	refused := errors.Is(err, parse.ErrForbidden) || errors.Is(err, parse.ErrObjectNotFound) || errors.Is(err, parse.ErrSessionMissing)
	require.True(t, refused, "%v", err)
}
