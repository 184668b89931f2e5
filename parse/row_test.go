package parse_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// midday is a time in whole milliseconds, as servers keep it.
var midday = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// todoClient is a client of an embedded server that takes new classes and columns.
func todoClient(t *testing.T) *parse.Client {
	url, stop := todoServer()
	t.Cleanup(stop)
	client, err := parse.NewClient(url, parse.WithApplicationID("todo"))
	require.NoError(t, err)
	return client
}

// everyKind has a value of each kind that a row can hold, but files.
func everyKind(owner parse.Pointer[Task]) map[string]any {
	return map[string]any{
		"title": "Order gaskets", "done": false, "count": 4711.5, "due": midday, "owner": owner, "raw": []byte{1, 2},
		"place": parse.GeoPoint{Latitude: 48.1, Longitude: 11.5}, "area": parse.Polygon{{Latitude: 0, Longitude: 0}, {Latitude: 0, Longitude: 1}, {Latitude: 1, Longitude: 1}, {Latitude: 0, Longitude: 0}},
		"tags": []any{"a", 2.0, midday}, "answers": map[string]any{"a": map[string]any{"b": []any{true, nil}}},
	}
}

// A row that was read and is written again has all its columns, whatever they are.
func TestRowsLoseNothing(t *testing.T) {
	client := todoClient(t)
	owner := &Task{Title: "Maintenance"}
	require.NoError(t, parse.NewCollection[Task](client, "Task").Create(t.Context(), owner))
	rows := parse.Rows(client, "Thing")
	row := &parse.Row{Object: parse.Object{ACL: parse.ACL{parse.Everyone: {Read: true, Write: true}}}}
	want := everyKind(parse.NewCollection[Task](client, "Task").PointerTo(owner.ObjectID))
	for name, value := range want {
		require.NoError(t, row.Set(name, value))
	}
	require.NoError(t, rows.Create(t.Context(), row))
	want["owner"] = parse.Rows(client, "Task").PointerTo(owner.ObjectID)

	read, err := rows.Get(t.Context(), row.ObjectID)
	require.NoError(t, err)
	requireValues(t, want, read)
	require.Equal(t, row.CreatedAt, read.Get("createdAt"))
	require.Equal(t, row.ObjectID, read.Get("objectId"))
	require.Equal(t, row.ACL, read.Get("ACL"))

	included, err := rows.Query().Include(parse.NewAnyField[parse.Row]("owner")).First(t.Context())
	require.NoError(t, err)
	object, ok := included.Get("owner").(parse.Pointer[parse.Row]).Get()
	require.True(t, ok)
	require.Equal(t, "Maintenance", object.Get("title"))

	included.Object = parse.Object{} // a copy
	require.NoError(t, rows.Create(t.Context(), included))
	copied, err := rows.Get(t.Context(), included.ObjectID)
	require.NoError(t, err)
	requireValues(t, want, copied)
}

func requireValues(t *testing.T, want map[string]any, row *parse.Row) {
	t.Helper()
	require.Len(t, row.Columns(), len(want))
	for name, value := range want {
		require.Equal(t, value, row.Get(name), name)
	}
}

// Every call of the API takes rows.
func TestRowsEverywhere(t *testing.T) {
	client := todoClient(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	rows := parse.Rows(client, "Task")
	title, done := parse.NewAnyField[parse.Row]("title"), parse.NewAnyField[parse.Row]("done")
	first := &parse.Row{}
	require.NoError(t, first.Set("title", "Order gaskets"))
	require.NoError(t, rows.Create(ctx, first))
	require.NoError(t, rows.Update(ctx, first.ObjectID, done.Set(false)))
	require.NoError(t, rows.Apply(ctx, first, title.Set("Order seals"), parse.NewNumberField[parse.Row, int]("count").Increment(3)))
	require.Equal(t, []string{"count", "title"}, first.Columns(), "what the changes tell")
	require.InDelta(t, 3, first.Get("count"), 0)
	require.NoError(t, rows.Apply(ctx, first, title.Unset()))
	require.Nil(t, first.Get("title"))

	second, third := &parse.Row{}, &parse.Row{}
	require.NoError(t, second.Set("title", "Calibrate"))
	require.NoError(t, third.Set("title", "Report"))
	_, err := client.Batch(ctx, rows.BatchCreate(second), rows.BatchUpdate(first.ObjectID, title.Set("Order")))
	require.NoError(t, err)
	require.NoError(t, client.Transaction(ctx, rows.BatchCreate(third), rows.BatchDelete(second.ObjectID)))

	var titles []any
	for row, err := range rows.Query().Where(title.In("Order", "Calibrate", "Report")).OrderBy(title.Desc()).All(ctx) {
		require.NoError(t, err)
		titles = append(titles, row.Get("title"))
	}
	require.Equal(t, []any{"Report", "Order"}, titles)
	n, err := rows.Query().Where(done.Eq(false), title.Ne("x"), parse.NewAnyField[parse.Row]("createdAt").Lte(first.CreatedAt)).Count(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)

	sub, err := rows.Query().Where(title.Eq("Order")).Subscribe(ctx)
	require.NoError(t, err)
	require.NoError(t, rows.Update(ctx, first.ObjectID, parse.NewAnyField[parse.Row]("due").Set(midday)))
	for event, err := range sub.Events() {
		require.NoError(t, err)
		require.Equal(t, midday, event.Object.Get("due"))
		require.Equal(t, []string{"count", "done", "due", "title"}, event.Object.Columns(), "className is no column")
		break
	}
	require.NoError(t, sub.Close())
}

// noted is a struct that knows one column and keeps the others.
type noted struct {
	parse.Object
	Title  string     `json:"title"`
	Others parse.Rest `json:",embed"`
}

func TestStructKeepsOtherColumns(t *testing.T) {
	const row = `{"objectId":"t1","createdAt":"2026-03-01T12:00:00.000Z","updatedAt":"2026-03-01T12:00:00.000Z","title":"Order",` +
		`"due":{"__type":"Date","iso":"2026-03-01T12:00:00.000Z"},"gone":null,"team":{"__type":"Relation","className":"Task"},` +
		`"owner":{"objectId":"u1","name":"Anna","__type":"Object","className":"_User"},"plans":[{"__type":"Object","className":"Plan","objectId":"p1"},7]}`
	client, requests := scriptedClient(t, []parse.Option{parse.WithUserClass("Auditor")}, reply(200, row), reply(201, `{"objectId":"t2","createdAt":"2026-03-01T12:00:00.000Z"}`))
	tasks := parse.NewCollection[noted](client, "Task")
	task, err := tasks.Get(t.Context(), "t1")
	require.NoError(t, err)
	require.Equal(t, "Order", task.Title)
	require.Equal(t, midday, task.Others.Get("due"))
	require.Nil(t, task.Others.Get("gone"))
	require.NotContains(t, task.Others, "title")

	rest := task.Others
	again := &noted{Title: task.Title, Others: rest}
	require.NoError(t, tasks.Create(t.Context(), again))
	require.JSONEq(t, `{"title":"Order","due":{"__type":"Date","iso":"2026-03-01T12:00:00.000Z"},"team":null,`+
		`"owner":{"__type":"Pointer","className":"Auditor","objectId":"u1"},"plans":[{"__type":"Pointer","className":"Plan","objectId":"p1"},7]}`, requests.Sent[1].Body)
	require.Equal(t, rest, again.Others, "the caller's own map is as it was")
}

// A null that another program stored is no value, on a page as in a single row.
func TestRowsOfAPageHaveNoNulls(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(200, `{"results":[{"objectId":"t1","title":"Order","gone":null,"className":"Task"}]}`))
	rows, err := parse.Rows(client, "Task").Query().Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"title"}, rows[0].Columns())
}

func TestRowAsJSON(t *testing.T) {
	const wire = `{"ACL":{"*":{"read":true}},"createdAt":"2026-03-01T12:00:00.000Z","due":{"__type":"Date","iso":"2026-03-01T12:00:00.000Z"},` +
		`"n":12345678901234567890,"objectId":"t1","title":"Order","updatedAt":"2026-03-01T12:00:00.000Z"}`
	client, _ := scriptedClient(t, nil, reply(200, wire))
	row, err := parse.Rows(client, "Task").Get(t.Context(), "t1")
	require.NoError(t, err)
	raw, err := row.JSON()
	require.NoError(t, err)
	require.Equal(t, wire, string(raw))
	plain, err := json.Marshal(row.Rest)
	require.NoError(t, err)
	require.Contains(t, string(plain), "12345678901234567890", "encoding/json keeps it too")
	require.NoError(t, json.Unmarshal(plain, &row.Rest))
	require.Equal(t, "12345678901234567890", row.Rest["n"].String())
}

// What no codec reads is given as it is.
func TestValuesOfNoKind(t *testing.T) {
	for raw, want := range map[string]any{
		`1e999`:                            parse.Raw(`1e999`),
		`{"__type":"Date","iso":"soon"}`:   map[string]any{"__type": "Date", "iso": "soon"},
		`{"__type":"Vector","x":1}`:        map[string]any{"__type": "Vector", "x": 1.0},
		`{"__type":7}`:                     map[string]any{"__type": 7.0},
		`[{"__type":"Bytes","base64":"AQ`:  parse.Raw(`[{"__type":"Bytes","base64":"AQ`),
		`[{"__type":"Bytes","base64":""}]`: []any{[]byte{}},
	} {
		require.Equal(t, want, parse.Rest{"x": parse.Raw(raw)}.Get("x"), raw)
	}
}

func TestRowsRefuseWhatNoColumnHolds(t *testing.T) {
	row := &parse.Row{}
	for name, value := range map[string]any{
		"1st": 1, "objectId": "x", "ACL": parse.ACL{}, "password": "secret", "other": parse.Password("secret"), "f": func() {},
		"n": int64(1)<<53 + 1, "nul": "a\x00b", "year": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "raw": parse.Raw("{"), "p": parse.Pointer[parse.Row]{ID: "x"},
	} {
		err := row.Set(name, value)
		var input *parse.InputError
		require.ErrorAs(t, err, &input, name)
		require.Equal(t, name, input.Field)
		require.NotContains(t, err.Error(), "secret")
	}
	require.Empty(t, row.Columns())
	var none *parse.Row
	require.Error(t, none.Set("x", 1))
	require.Nil(t, none.Get("x"))

	client, requests := scriptedClient(t, nil)
	field := parse.NewAnyField[parse.Row]("x")
	for _, condition := range []parse.Condition[parse.Row]{
		field.Eq(nil), field.Eq([]any{1}), field.Lt(map[string]any{}), field.In(1, nil), field.Gt(parse.Rows(client, "A").PointerTo("x")),
		field.Eq(time.Time{}), parse.NewAnyField[parse.Row]("a.b").Eq(1), field.Eq("a\x00b"),
	} {
		_, err := parse.Rows(client, "Task").Query().Where(condition).Find(t.Context())
		require.ErrorAs(t, err, new(*parse.InputError))
	}
	require.ErrorContains(t, parse.Rows(client, "Task").Update(t.Context(), "t1", field.Set(nil)), "Unset")
	require.Empty(t, requests.Sent)
}

// A Rest that the JSON package would not fill is a mistake, not a loss.
func TestRestNeedsItsTag(t *testing.T) {
	type untagged struct {
		parse.Object
		Rest parse.Rest
	}
	type named struct {
		parse.Object
		Rest parse.Rest `json:"rest"`
	}
	type twice struct {
		noted
		Rest parse.Rest `json:",embed"`
	}
	client, requests := scriptedClient(t, nil)
	_, err := parse.NewCollection[untagged](client, "Task").Get(t.Context(), "t1")
	require.ErrorContains(t, err, `the tag `+"`"+`json:",embed"`+"`")
	_, err = parse.NewCollection[named](client, "Task").Get(t.Context(), "t1")
	require.ErrorContains(t, err, `the tag`)
	_, err = parse.NewCollection[twice](client, "Task").Get(t.Context(), "t1")
	require.ErrorContains(t, err, "cannot both hold the other columns")
	require.Empty(t, requests.Sent)
}

// A row that was written to a file is read again, with all of its columns.
func TestRowFromJSON(t *testing.T) {
	const line = `{"ACL":{"*":{"read":true}},"at":{"__type":"Date","iso":"2026-11-28T12:00:00.000Z"},"createdAt":"2026-11-01T12:00:00.000Z",` +
		`"maker":{"__type":"Pointer","className":"Part","objectId":"m1"},"number":"a","objectId":"p1","stock":7,"updatedAt":"2026-11-02T12:00:00.000Z"}`
	row, err := parse.RowFromJSON([]byte(line))
	require.NoError(t, err)
	require.Equal(t, "p1", row.ObjectID)
	require.Equal(t, []string{"at", "maker", "number", "stock"}, row.Columns())
	require.Equal(t, time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), row.Get("at"))
	again, err := row.JSON()
	require.NoError(t, err)
	require.JSONEq(t, line, string(again))
	for _, bad := range []string{"", "7", "[]", `{"number":`, `{"objectId":7}`, `{"createdAt":"yesterday"}`} {
		_, err := parse.RowFromJSON([]byte(bad))
		require.ErrorAs(t, err, new(*parse.InputError), bad)
	}
}
