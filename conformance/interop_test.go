package conformance_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// TestInteroperation lets the Parse JavaScript SDK write what this one reads,
// and the other way round, with every kind of field.
func TestInteroperation(t *testing.T) {
	targets := []target{embeddedTarget(t)}
	if tg, ok := realTarget(t); ok {
		targets = append(targets, tg)
	} else if _, err := os.Stat("parse/node_modules/parse"); err != nil {
		t.Skip("the JavaScript SDK is not installed: make conformance brings it")
	}
	for _, tg := range targets {
		t.Run(string(tg.server), func(t *testing.T) {
			w := newWorld(t, tg)
			i := &interop{world: w, person: w.signUp(t, "interop")}
			i.items = parse.NewCollection[item](i.person.Client, w.itemClass())
			i.parent, i.polygons = &item{Name: "parent"}, w.storesPolygons(t, w.itemClass())
			require.NoError(t, i.items.Create(t.Context(), i.parent))
			t.Run("the JavaScript SDK writes, we read", i.weRead)
			t.Run("we write, the JavaScript SDK reads", i.weWrite)
		})
	}
}

type interop struct {
	*world
	person member
	items  *isoaudit.Collection[item]
	parent *item

	polygons bool // the server stores them
}

// script runs parse/interop.js, which answers with one JSON value.
func (i *interop) script(t *testing.T, out any, args ...string) {
	t.Helper()
	script := exec.CommandContext(t.Context(), "node", append([]string{"interop.js"}, args...)...)
	script.Dir = "parse"
	script.Env = append(os.Environ(), "INTEROP_URL="+i.url, "INTEROP_APP="+i.appID, "INTEROP_KEY="+i.jsKey, "INTEROP_CLASS="+i.itemClass(),
		"INTEROP_SESSION="+i.person.session.Token(), "INTEROP_USER="+i.person.id, "INTEROP_PARENT="+i.parent.ObjectID)
	if i.polygons {
		script.Env = append(script.Env, "INTEROP_POLYGONS=1")
	}
	var complaint strings.Builder
	script.Stderr = &complaint
	printed, err := script.Output()
	require.NoErrorf(t, err, "%s", &complaint)
	require.NoErrorf(t, json.Unmarshal(printed, out), "%s", printed)
}

// values are what both sides write, without what a server must make first.
func (i *interop) values() *item {
	level, spot := 2.25, parse.GeoPoint{Latitude: 53.5, Longitude: -9.9}
	values := &item{
		Name: `grüße "x" 日本 🚢`, N: -7, Level: &level, Done: true, Day: day(3), Tags: []string{"a", "", "ü"},
		Meta: &itemMeta{Level: 1, Label: "l", Even: true}, Raw: []byte{0, 1, 254, 255}, Spot: &spot,
		Area: parse.Polygon{{Latitude: 0, Longitude: 0}, {Latitude: 0, Longitude: 2}, {Latitude: 2, Longitude: 2}, {Latitude: 2, Longitude: 0}},
	}
	if !i.polygons {
		values.Area = nil
	}
	return values
}

func (i *interop) acl() parse.ACL {
	return parse.ACL{}.Grant(parse.User(i.person.id), parse.Access{Read: true, Write: true}).
		Grant(parse.RoleNamed("interop"), parse.Access{Read: true})
}

func (i *interop) weRead(t *testing.T) {
	var written struct {
		ID string `json:"id"`
	}
	i.script(t, &written, "write")
	got, err := i.items.Get(t.Context(), written.ID)
	require.NoError(t, err)
	require.Equal(t, i.acl(), got.ACL)
	require.Equal(t, i.parent.ObjectID, got.Parent.ID)
	require.Equal(t, i.person.id, got.Author.ID)
	require.Len(t, got.Crew, 1)
	require.Equal(t, i.parent.ObjectID, got.Crew[0].ID)
	content, err := i.person.Open(t.Context(), got.File)
	require.NoError(t, err)
	defer content.Close()
	text, err := io.ReadAll(content)
	require.NoError(t, err)
	require.Equal(t, "evidence", string(text))
	members, err := i.person.Auditors.Query().Where(itemFields().Members.MembersOf(i.items.PointerTo(got.ObjectID))).Find(t.Context())
	require.NoError(t, err)
	require.Len(t, members, 1)
	require.Equal(t, i.person.id, members[0].ObjectID)

	want := i.values()
	require.Equal(t, ringOf(want.Area), ringOf(got.Area))
	want.Area, got.Area = nil, nil
	want.Object, want.File, want.Parent, want.Author, want.Crew, want.Members = got.Object, got.File, got.Parent, got.Author, got.Crew, got.Members
	require.Equal(t, want, got)
}

func (i *interop) weWrite(t *testing.T) {
	o := i.values()
	var err error
	o.File, err = i.person.Upload(t.Context(), parse.Upload{Name: "note.txt", Content: strings.NewReader("evidence")})
	require.NoError(t, err)
	o.Parent, o.Crew = i.items.PointerTo(i.parent.ObjectID), []isoaudit.Pointer[item]{i.items.PointerTo(i.parent.ObjectID)}
	o.Author, o.ACL = isoaudit.PointerTo[isoaudit.Auditor](i.person.id), i.acl()
	require.NoError(t, i.items.Create(t.Context(), o))
	require.NoError(t, i.items.Update(t.Context(), o.ObjectID, itemFields().Members.Add(o.Author)))

	var got map[string]any
	i.script(t, &got, "read", o.ObjectID)
	if i.polygons {
		area, _ := got["area"].([]any)
		require.GreaterOrEqual(t, len(area), 4)
		require.Equal(t, []any{[]any{0.0, 0.0}, []any{0.0, 2.0}, []any{2.0, 2.0}, []any{2.0, 0.0}}, area[:4])
		delete(got, "area")
	}
	require.Equal(t, map[string]any{
		"name": o.Name, "n": -7.0, "level": 2.25, "done": true, "day": "2026-01-03T08:30:00.125Z", "tags": []any{"a", "", "ü"},
		"meta": map[string]any{"level": 1.0, "label": "l", "even": true}, "raw": "AAH+/w==", "file": "evidence", "spot": []any{53.5, -9.9},
		"parent": i.parent.ObjectID, "author": i.person.id, "crew": []any{i.parent.ObjectID}, "members": []any{i.person.id},
		"acl": map[string]any{i.person.id: map[string]any{"read": true, "write": true}, "role:interop": map[string]any{"read": true}},
	}, got)
}

// ringOf is a polygon without the corner that closes it.
func ringOf(p parse.Polygon) parse.Polygon {
	if n := len(p); n > 1 && p[0] == p[n-1] {
		return p[:n-1]
	}
	return p
}
