package conformance_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// graphQL goes to an endpoint of its own.
func graphQL() []behaviour {
	return []behaviour{
		{"GraphQL: health", func(t *testing.T, w *world) {
			var out struct {
				Health bool `json:"health"`
			}
			require.NoError(t, w.client.GraphQL(t.Context(), `query { health }`, nil, &out))
			require.True(t, out.Health)
		}},
		{"GraphQL: the viewer", func(t *testing.T, w *world) {
			m := w.signUp(t, "viewer")
			var out struct {
				Viewer struct {
					User struct {
						ObjectID string `json:"objectId"`
						Username string `json:"username"`
					} `json:"user"`
				} `json:"viewer"`
			}
			require.NoError(t, m.GraphQL(t.Context(), `query { viewer { user { objectId username } } }`, nil, &out))
			require.Equal(t, m.id, out.Viewer.User.ObjectID)
			require.Equal(t, m.name, out.Viewer.User.Username)
		}},
		{"GraphQL: an error has Parse's code", func(t *testing.T, w *world) {
			err := w.client.GraphQL(t.Context(), `mutation { logIn(input: {username: "nobody", password: "wrong"}) { viewer { sessionToken } } }`, nil, nil)
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"error 106: a pointer in GraphQL that names nothing", func(t *testing.T, w *world) {
			class := w.itemClass()
			err := w.client.GraphQL(t.Context(), `mutation { create`+class+`(input: {fields: {parent: {}}}) { clientMutationId } }`, nil, nil)
			require.ErrorIs(t, err, parse.ErrInvalidPointer)
		}},
		{"GraphQL: the schema is for the master key", func(t *testing.T, w *world) {
			const ask = `{ __schema { queryType { name } } }`
			require.NoError(t, w.admin.GraphQL(t.Context(), ask, nil, nil))
			w.expects(t, "GraphQL: introspection", "status 403", statusOf(w.client.GraphQL(t.Context(), ask, nil, nil)))
		}},
	}
}

// statusOf tells in the words of the table how GraphQL was answered.
func statusOf(err error) string {
	var e *parse.Error
	if errors.As(err, &e) {
		return fmt.Sprint("status ", e.HTTPStatus)
	}
	return "answers"
}
