package conformance_test

import (
	"fmt"
	"testing"
)

// includes are the ways to ask for the objects that pointers point to, in a class
// whose objects point to each other in a column and inside an object.
func includes() []behaviour {
	const key = "the rows of a relation, asked for as a class"
	var all []behaviour
	for _, c := range []struct{ name, include, usual string }{
		{"a pointer", "to", "column 1, member 0"},
		{"a pointer of a pointer", "to.to", "column 2, member 0"},
		{"a pointer inside an object", "o.to", "column 0, member 1"},
		{"a pointer of a pointer inside an object", "o.to.to", "column 0, member 2"},
		{"everything", "*", "column 1, member 0"},
		{"everything and a pointer of a pointer", "*,to.to", "column 1, member 0"},
	} {
		name := "include: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			class, id := w.pointing(t)
			row := w.must(t, nobody, "GET", "/classes/"+class+"/"+id+"?include="+c.include, "").json
			object, _ := row["o"].(map[string]any)
			w.expects(t, name, c.usual, fmt.Sprintf("column %d, member %d", followed(row), followed(object)))
		}})
	}
	return append(all, behaviour{key, func(t *testing.T, w *world) {
		class, _ := w.pointing(t)
		a := w.send(t, master, "GET", "/classes/_Join:all:"+class, "")
		observed := codes(a)
		if rows, ok := a.json["results"].([]any); ok {
			observed = fmt.Sprintf("%d rows", len(rows))
		}
		w.expects(t, key, "", observed)
	}})
}

// pointing makes a class with three objects, each pointing to the one before it,
// in its relation too, and gives the id of the last.
func (w *world) pointing(t *testing.T) (class, id string) {
	t.Helper()
	w.pointingOnce.Do(func() {
		class := w.name("CheckPointing")
		w.makeClass(t, class, fmt.Sprintf(`"to":{"type":"Pointer","targetClass":%[1]q},"o":{"type":"Object"},"all":{"type":"Relation","targetClass":%[1]q}`, class), openCLP)
		body := `{}`
		for range 3 {
			w.pointingID = w.must(t, nobody, "POST", "/classes/"+class, body).text("objectId")
			body = fmt.Sprintf(`{"to":%[1]s,"o":{"to":%[1]s},"all":{"__op":"AddRelation","objects":[%[1]s]}}`,
				fmt.Sprintf(`{"__type":"Pointer","className":%q,"objectId":%q}`, class, w.pointingID))
		}
	})
	return w.name("CheckPointing"), w.pointingID
}

// followed tells how many objects stand behind each other in the column "to".
func followed(row map[string]any) int {
	n := 0
	for {
		next, _ := row["to"].(map[string]any)
		if next["__type"] != "Object" {
			return n
		}
		n, row = n+1, next
	}
}
