package parse_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
)

type part struct {
	parse.Object
	Number string              `json:"number"`
	Name   string              `json:"name,omitzero"`
	Stock  int                 `json:"stock"`
	Tags   []string            `json:"tags,omitzero"`
	Maker  parse.Pointer[part] `json:"maker,omitzero"`
}

var partClass = parse.ClassOf[part]("Part")

func (*part) ParseClass() parse.Class { return partClass }

var partNumber = parse.NewTextField[part, string]("number")

func upserted(t *testing.T, parts *parse.Collection[part], rows ...*part) []string {
	t.Helper()
	var kinds []string
	for done, err := range parts.Upsert(t.Context(), rows, partNumber) {
		require.NoError(t, err)
		require.Equal(t, len(kinds), done.Index)
		require.Equal(t, len(rows), done.Total)
		require.Same(t, rows[done.Index], done.Row)
		if done.Err == nil {
			require.NotEmpty(t, done.Row.ObjectID)
			require.False(t, done.Row.UpdatedAt.IsZero())
		}
		kinds = append(kinds, fmt.Sprint(done.Kind, done.Changes))
	}
	return kinds
}

func TestUpsertOnAuditserver(t *testing.T) {
	server := audittest.NewServer(t)
	parts := parse.NewCollection[part](server.Admin, "Part")
	require.Equal(t, []string{"created[]", "created[]", "created[]"},
		upserted(t, parts, &part{Number: "a", Stock: 1}, &part{Number: "b", Name: "Bolt"}, &part{Number: "c", Tags: []string{"x"}}))
	require.Equal(t, []string{"unchanged[]", "updated[name.Delete stock.Set]", "created[]", "updated[tags.Set]"},
		upserted(t, parts, &part{Number: "a", Stock: 1}, &part{Number: "b", Stock: 7}, &part{Number: "d"}, &part{Number: "c", Tags: []string{"x", "y"}}))
	b, err := parts.Query().Where(partNumber.Eq("b")).First(t.Context())
	require.NoError(t, err)
	require.Empty(t, b.Name)
	require.Equal(t, 7, b.Stock)
	n, err := parts.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, n)

	// A refused row does not keep the others from being written.
	server.Backend.BeforeSave("Part", func(_ context.Context, write *auditserver.Trigger) error {
		if stock, _ := write.Object["stock"].(float64); stock < 0 {
			return errors.New("a stock is not negative")
		}
		return nil
	})
	rows := []*part{{Number: "a", Stock: -1}, {Number: "e", Stock: -1}, {Number: "f"}}
	require.Equal(t, []string{"refused[stock.Set]", "refused[]", "created[]"}, upserted(t, parts, rows...))

	// A reply that is lost after the commit was done all the same.
	server.Faults.Add(audittest.Match{Method: http.MethodPost, Path: "/batch"}, audittest.AfterCommit(audittest.Drop))
	require.Equal(t, []string{"created[]", "updated[stock.Set]", "unchanged[]"}, upserted(t, parts, &part{Number: "g"}, &part{Number: "a", Stock: 9}, &part{Number: "f"}))
	server.Faults.Clear()
	require.Equal(t, []string{"unchanged[]", "unchanged[]"}, upserted(t, parts, &part{Number: "g"}, &part{Number: "a", Stock: 9}))
}

func TestUpsertOfManyRows(t *testing.T) {
	server := audittest.NewServer(t)
	parts := parse.NewCollection[part](server.Admin, "Part")
	rows := make([]*part, 450)
	for i := range rows {
		rows[i] = &part{Number: fmt.Sprintf("n%04d", i)}
	}
	for i, kind := range upserted(t, parts, rows[:300]...) {
		require.Equal(t, "created[]", kind, i)
	}
	for i := range rows {
		rows[i] = &part{Number: rows[i].Number, Stock: i % 2}
	}
	counts := map[string]int{}
	for _, kind := range upserted(t, parts, rows...) {
		counts[kind]++
	}
	require.Equal(t, map[string]int{"unchanged[]": 150, "updated[stock.Set]": 150, "created[]": 150}, counts)

	// The loop may be left; running it again goes on.
	for range parts.Upsert(t.Context(), []*part{{Number: "left"}}, partNumber) {
		break
	}
	require.Equal(t, []string{"unchanged[]"}, upserted(t, parts, &part{Number: "left"}))
}

func TestUpsertNamesMistakesBeforeItWrites(t *testing.T) {
	client, s := scriptedClient(t, nil)
	parts := parse.NewCollection[part](client, "Part")
	first := func(parts *parse.Collection[part], key parse.Key[part], rows ...*part) error {
		for _, err := range parts.Upsert(t.Context(), rows, key) {
			return err
		}
		return nil
	}
	err := first(parts, partNumber, &part{Number: "a"}, nil, &part{}, &part{Number: "a"}, &part{Number: "b", Name: "\x00"})
	for _, want := range []string{"row 1: is nil", "row 2: has no key", `row 3: "a" is also the key of row 0`, "name: row 4: a text holds the character NUL"} {
		require.ErrorContains(t, err, want)
	}
	require.ErrorAs(t, err, new(*parse.InputError))
	require.ErrorContains(t, first(parts, nil, &part{Number: "a"}), "key: is nil")
	require.ErrorContains(t, first(parts, parse.ObjectFieldsOf[part]().ObjectID, &part{Number: "a"}), "no column of your own")
	require.ErrorContains(t, first(nil, partNumber, &part{Number: "a"}), "nil or zero")
	require.NoError(t, first(parts, partNumber))
	require.Empty(t, s.Sent)

	client, s = scriptedClient(t, nil, reply(200, `{"results":[{"objectId":"p1","number":"a"},{"objectId":"p2","number":"a"}]}`), reply(200, `{"results":[]}`))
	err = first(parse.NewCollection[part](client, "Part"), partNumber, &part{Number: "a"})
	require.ErrorContains(t, err, `row 0: "a" is the key of two objects on the server, "p1" and "p2"`)
	require.Len(t, s.Sent, 2)
	require.JSONEq(t, `{"number":{"$in":["a"]}}`, query(t, s.Sent[0].URL).Get("where"))
	require.Equal(t, "number,objectId", query(t, s.Sent[0].URL).Get("order"), "the index of the key finds and sorts them")
}

// Rows without a Go type may hold what one column cannot.
func TestUpsertOfRowsThatDifferInWhatTheyAre(t *testing.T) {
	client, s := scriptedClient(t, nil)
	made := func(columns map[string]any) *parse.Row {
		row := new(parse.Row)
		for name, value := range columns {
			require.NoError(t, row.Set(name, value))
		}
		return row
	}
	rows := []*parse.Row{
		made(map[string]any{"number": "a", "stock": 1, "maker": parse.PointerTo[part]("m1")}),
		made(map[string]any{"number": "b", "stock": "one", "tags": []string{"x"}}),
		made(map[string]any{"number": 7.0, "tags": map[string]int{"x": 1}}),
		made(map[string]any{"number": "d", "stock": nil, "maker": isoaudit.PointerTo[isoaudit.AuditPlan]("p1")}),
	}
	var all []error
	for done, err := range parse.Rows(client, "Part").Upsert(t.Context(), rows, parse.NewAnyField[parse.Row]("number")) {
		require.Nil(t, done.Row)
		all = append(all, err)
	}
	require.Len(t, all, 1)
	for _, want := range []string{
		"stock: row 1: a string, and a number in row 0: a column holds values of one type",
		"number: row 2: a number, and a string in row 0", "tags: row 2: an object, and an array in row 1",
		"maker: row 3: a value of type Pointer of class AuditPlan, and a value of type Pointer of class Part in row 0",
	} {
		require.ErrorContains(t, all[0], want)
	}
	require.ErrorAs(t, all[0], new(*parse.InputError))
	require.Empty(t, s.Sent)
}

// What cannot be found out is said, and ends nothing.
func TestUpsertWhoseOutcomeIsUnknown(t *testing.T) {
	none := `{"results":[]}`
	client, err := parse.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(scripted.Func(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			return nil, errReset
		}
		return reply(200, none)(req)
	})))
	require.NoError(t, err)
	for done, err := range parse.NewCollection[part](client, "Part").Upsert(t.Context(), []*part{{Number: "a"}}, partNumber) {
		require.NoError(t, err)
		require.Equal(t, parse.RowUnknown, done.Kind)
		require.ErrorIs(t, done.Err, parse.ErrOutcomeUnknown)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range parse.NewCollection[part](client, "Part").Upsert(ended, []*part{{Number: "a"}}, partNumber) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

// Four requests are under way while the results of earlier rows are taken, and no more
// begin when the loop is left.
func TestUpsertKeepsBatchesUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var posts, running, most atomic.Int64
		client, err := parse.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithBatchLimits(2, 4), parse.WithTransport(scripted.Func(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet {
				return reply(200, `{"results":[]}`)(req)
			}
			n := posts.Add(1)
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return nil, err
			}
			if bytes.Contains(body, []byte(`"n0"`)) {
				<-time.After(10 * time.Second) // of the bubble's clock
			} else {
				<-time.After(time.Second)
			}
			return reply(200, fmt.Sprintf(`[{"success":{"objectId":"p%d0","createdAt":"2026-01-01T00:00:00.000Z"}},{"success":{"objectId":"p%d1","createdAt":"2026-01-01T00:00:00.000Z"}}]`, n, n))(req)
		})))
		require.NoError(t, err)
		parts := parse.NewCollection[part](client, "Part")
		rows := make([]*part, 40)
		for i := range rows {
			rows[i] = &part{Number: fmt.Sprint("n", i)}
		}
		next := 0
		for done, err := range parts.Upsert(t.Context(), rows, partNumber) {
			require.NoError(t, err)
			require.Equal(t, parse.RowCreated, done.Kind)
			require.Equal(t, next, done.Index, "results come in the order of the rows")
			if next == 0 {
				require.EqualValues(t, 8, posts.Load(), "the others went on beside the slow one")
			}
			if next++; next == 6 {
				break
			}
		}
		begun := posts.Load()
		<-time.After(time.Minute)
		require.Equal(t, begun, posts.Load())
		require.LessOrEqual(t, begun, int64(8+3))
		require.EqualValues(t, 4, most.Load())
		require.Zero(t, running.Load())
	})
}

func TestDiff(t *testing.T) {
	have := &part{Object: parse.Object{ObjectID: "p1", ACL: parse.ACL{}}, Number: "a", Name: "Bolt", Maker: parse.PointerTo[part]("m1")}
	wanted := &part{Number: "a", Stock: 2, Tags: []string{"x"}}
	changes, err := parse.Diff(have, wanted)
	require.NoError(t, err)
	require.Equal(t, "[maker.Delete name.Delete stock.Set tags.Set]", fmt.Sprint(changes))
	changes, err = parse.Diff(wanted, wanted)
	require.NoError(t, err)
	require.Empty(t, changes)
	_, err = parse.Diff(nil, wanted)
	require.ErrorAs(t, err, new(*parse.InputError))
	_, err = parse.Diff(wanted, &part{Name: "\x00"})
	require.ErrorAs(t, err, new(*parse.InputError))
	secret, err := parse.Diff(&isoaudit.Auditor{Username: "lena"}, &isoaudit.Auditor{Username: "lena", Password: "hunter2"})
	require.NoError(t, err)
	require.Empty(t, secret, "passwords are left out")
}

// A server writes numbers in its own way, and so may whoever made the row.
func TestUpsertKnowsAKeyHoweverItIsWritten(t *testing.T) {
	server := audittest.NewServer(t)
	readings := parse.Rows(server.Admin, "Reading")
	key := parse.NewAnyField[parse.Row]("number")
	rows := func(numbers ...string) (all []*parse.Row) {
		for _, number := range numbers {
			row := new(parse.Row)
			require.NoError(t, row.Set("number", parse.Raw(number)))
			require.NoError(t, row.Set("limits", parse.Raw(`{"upper": 10.0, "lower": -0, "at": {"b": 1, "a": "\u0041"}}`)))
			all = append(all, row)
		}
		return all
	}
	for _, want := range []parse.UpsertKind{parse.RowCreated, parse.RowUnchanged} {
		for done, err := range readings.Upsert(t.Context(), rows("1.0", "-0", "2e2", "1E-7"), key) {
			require.NoError(t, err)
			require.Equal(t, want, done.Kind, "%s %v", done.Row.Rest["number"], done.Changes)
		}
	}
	for _, err := range readings.Upsert(t.Context(), rows("200", "2e2"), key) {
		require.ErrorContains(t, err, "row 1: 2e2 is also the key of row 0")
	}

	type level struct {
		parse.Object
		Height float64 `json:"height"`
	}
	levels := parse.NewCollection[level](server.Admin, "Level")
	for _, want := range []parse.UpsertKind{parse.RowCreated, parse.RowUnchanged} {
		for done, err := range levels.Upsert(t.Context(), []*level{{Height: math.Copysign(0, -1)}}, parse.NewNumberField[level, float64]("height")) {
			require.NoError(t, err)
			require.Equal(t, want, done.Kind)
		}
	}
}

// Fifty rows are a request only where they are small enough for one.
func TestUpsertOfLargeRows(t *testing.T) {
	server := audittest.NewServer(t)
	parts := parse.NewCollection[part](server.Admin, "Part")
	rows := make([]*part, 25)
	for i := range rows {
		rows[i] = &part{Number: fmt.Sprint(i), Name: strings.Repeat("x", 1<<20)}
	}
	for _, kind := range upserted(t, parts, rows...) {
		require.Equal(t, "created[]", kind)
	}
	n, err := parts.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, len(rows), n)
}
