package prompt

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
)

// Each call has its code, and each function asks the server: with names in the place
// of ids it is refused there, and not before.
func TestCodeOfTheCalls(t *testing.T) {
	server := audittest.NewPromptServer(t, func(c *auditserver.Config) { c.GraphQL, c.GraphQLEngine = true, graphql.Engine() })
	lena := server.As(isoaudit.RoleCoordinator)
	functions := []func(context.Context, *promptschema.Client) error{
		queue, planAudit, startAudit, record, raise, closeAtOnce, workOnIt, handIn, closeIt, overdue, issueDocument, history, graphQL,
	}
	calls := Calls()
	require.Len(t, functions, len(calls))
	for i, call := range calls {
		require.NotEmpty(t, call.Go, call.Title)
		require.NotContains(t, call.Go, "func ", call.Title)
		err := functions[i](t.Context(), lena.Client)
		var answered *parse.Error
		if err != nil {
			require.True(t, errors.As(err, &answered) && answered.HTTPStatus >= 400, "%s: %v", call.Title, err)
		}
	}
}
