package parse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

func TestQueryMatchesInMemory(t *testing.T) {
	client, script := scriptedClient(t, nil)
	lists := parse.NewCollection[checklist](client, "Checklist")
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	list := &checklist{
		Object: parse.Object{ObjectID: "one", CreatedAt: at, UpdatedAt: at}, Title: "Goods-in", Level: 3, Due: at,
		Tags: []string{"a", "b"}, Answers: map[string]any{"site": "PLANT-07"},
		Plan: isoaudit.PointerTo[isoaudit.AuditPlan]("p1"), Place: parse.GeoPoint{Latitude: 48, Longitude: 11},
	}
	other := isoaudit.PointerTo[isoaudit.AuditPlan]("p2")
	created := parse.ObjectFieldsOf[checklist]().CreatedAt
	for name, c := range map[string]struct {
		query parse.Query[checklist]
		want  bool
	}{
		"everything":      {lists.Query(), true},
		"limits":          {lists.Query().Limit(0).Skip(3), true},
		"text":            {lists.Query().Where(title.HasPrefix("Goods")), true},
		"another text":    {lists.Query().Where(title.Eq("goods-in")), false},
		"all of several":  {lists.Query().Where(title.Eq("Goods-in"), level.Gt(3)), false},
		"one of several":  {lists.Query().Where(parse.Or(title.Eq("x"), level.Gte(3))), true},
		"time":            {lists.Query().Where(due.Between(at, at.Add(time.Millisecond))), true},
		"array":           {lists.Query().Where(tags.ContainsAll("a", "b")), true},
		"none of these":   {lists.Query().Where(tags.ContainsNone("b")), false},
		"inside":          {lists.Query().Where(answers.Text("site").Eq("PLANT-07")), true},
		"pointer":         {lists.Query().Where(plan.Eq(list.Plan)), true},
		"another pointer": {lists.Query().Where(plan.In(other)), false},
		"missing":         {lists.Query().Where(parent.Missing()), true},
		"a bound":         {lists.Query().Where(place.WithinKilometers(parse.GeoPoint{Latitude: 48.1, Longitude: 11}, 20)), true},
		"created":         {lists.Query().Where(created.Lt(at)), false},
		"nothing":         {lists.Query().Where(title.In()), false},
	} {
		got, err := c.query.Matches(list)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	require.Empty(t, script.Sent)
}

func TestQueryThatOnlyAServerCanMatch(t *testing.T) {
	client, _ := scriptedClient(t, nil)
	lists := parse.NewCollection[checklist](client, "Checklist")
	for field, condition := range map[string]parse.Condition[checklist]{
		"plan":  plan.Matches(client.AuditPlans.Query()),
		"team":  team.Has(isoaudit.PointerTo[isoaudit.Auditor]("u1")),
		"costs": parse.NewNumberField[checklist, int]("costs").Gt(3),
	} {
		_, err := lists.Query().Where(condition).Matches(&checklist{})
		var mistake *parse.InputError
		require.ErrorAs(t, err, &mistake, field)
		require.Equal(t, field, mistake.Field)
		require.Equal(t, "Checklist", mistake.Class)
	}
	_, err := lists.Query().Matches(nil)
	require.ErrorContains(t, err, "the object is nil")
	_, err = parse.Query[checklist]{}.Matches(&checklist{})
	require.Error(t, err)
}
