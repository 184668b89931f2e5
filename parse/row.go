package parse

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Row is an object of any class, for programs that do not know its columns. It has
// all of them: what was read and is written again loses nothing.
//
//	for row, err := range parse.Rows(client, "Task").Query().All(ctx) {
//		fmt.Println(row.ObjectID, row.Get("title"))
//	}
//
// Conditions and changes on rows are made by the fields of any kind, as in
// NewTextField[Row, string]("title"), and by [NewAnyField].
type Row struct {
	Object
	Rest Rest `json:",embed"`
}

// RowFromJSON gives the row that is written in raw as [Row.JSON] writes it, and as a server
// sends it. Package encoding/json cannot: it would leave out the columns without an error.
func RowFromJSON(raw []byte) (*Row, error) {
	row := new(Row)
	if err := json.Unmarshal(raw, row, plain.reading); err != nil {
		return nil, mistakeIn("RowFromJSON", "", err)
	}
	plain.tidyRest(row)
	return row, nil
}

// Get gives the value of a column as [Rest.Get] does, and those of Object too.
func (r *Row) Get(name string) any {
	switch {
	case r == nil:
		return nil
	case name == "objectId" && r.ObjectID != "":
		return r.ObjectID
	case name == "createdAt" && !r.CreatedAt.IsZero():
		return r.CreatedAt
	case name == "updatedAt" && !r.UpdatedAt.IsZero():
		return r.UpdatedAt
	case name == "ACL" && r.ACL != nil:
		return r.ACL
	}
	return r.Rest.Get(name)
}

// Set puts a value into a column; see [Rest.Set].
func (r *Row) Set(name string, value any) error {
	if r == nil {
		return badInput("Row.Set", "", name, "the row is nil")
	}
	return r.Rest.Set(name, value)
}

// Columns are the names of the columns that have a value, sorted, without those of
// Object.
func (r *Row) Columns() []string {
	if r == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(r.Rest))
}

// JSON gives the row as a server sends it, with sorted names. It fails for a Raw that
// is not JSON.
func (r *Row) JSON() (jsontext.Value, error) {
	const op = "Row.JSON"
	if r == nil {
		return nil, badInput(op, "", "", "the row is nil")
	}
	raw, err := plain.asSent(r)
	if err != nil {
		return nil, mistakeIn(op, "", err)
	}
	return raw, nil
}
