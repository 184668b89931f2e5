package parse_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// A field nearer to the top may take the place of an embedded one, as in Go.
func TestNearerFieldIsMeant(t *testing.T) {
	type site struct{ Code, Land string }
	type myPlan struct {
		isoaudit.AuditPlan
		parse.Object       // has the columns of its own, as the inner one
		SiteCode     *site `json:"siteCode"`
	}
	client, _ := scriptedClient(t, nil, reply(200, `{"objectId":"p1","siteCode":{"Code":"7"}}`))
	plan, err := parse.NewCollection[myPlan](client, "AuditPlan").Get(t.Context(), "p1")
	require.NoError(t, err)
	require.Equal(t, "7", plan.SiteCode.Code)
	require.Equal(t, "p1", plan.ObjectID)
	require.Empty(t, plan.AuditPlan.SiteCode)
}

// Of what a pointer leads to, only an answer tells that its type cannot hold it.
func TestIncludedObjectOfABadType(t *testing.T) {
	type owner struct {
		*parse.Object
		Name string `json:"name"`
	}
	type task struct {
		parse.Object
		Owner isoaudit.Pointer[owner] `json:"owner,omitzero"`
	}
	const row = `{"objectId":"t1","owner":{"__type":"Object","className":"Owner","name":"x"}}`
	client, _ := scriptedClient(t, nil, reply(200, row), reply(200, `{"results":[`+row+`]}`))
	tasks := parse.NewCollection[task](client, "Task")
	_, err := tasks.Get(t.Context(), "t1")
	require.ErrorContains(t, err, "field owner: parse_test.owner embeds *parse.Object: embed the struct itself")
	_, err = tasks.Query().Find(t.Context())
	require.ErrorContains(t, err, "embed the struct itself")
}
