package parse

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// Rows is the collection of a class whose objects are read as rows.
func Rows(c Caller, class string) *Collection[Row] { return NewCollection[Row](c, class) }

// GetJSON reads one object of any class as decoded JSON in Parse's own encodings,
// for programs that do not know its columns. It returns ErrObjectNotFound if there
// is none or this caller may not read it.
func GetJSON(ctx context.Context, c Caller, class, id string) (map[string]any, error) {
	row, err := NewCollection[jsonRow](c, class).Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return row.members, nil
}

// FindJSON reads all rows of any class that a where document matches, as decoded
// JSON in Parse's own encodings, in the order of their ids. Rows with a number that
// no float64 holds are left out and told by [DecodeErrors], beside the others.
func FindJSON(ctx context.Context, c Caller, class string, document map[string]any) ([]map[string]any, error) {
	query := NewCollection[jsonRow](c, class).Query()
	for _, key := range slices.Sorted(maps.Keys(document)) {
		condition := where.Clause{Field: key, Terms: []where.Term{where.Is("", document[key])}}
		if !validKey(key) {
			condition.Mistake = "is neither a column nor an operator"
		}
		query.asks = query.asks.holding(condition)
	}
	var all []map[string]any
	var unread DecodeErrors
	for row, err := range query.All(ctx) {
		switch {
		case row == nil:
			return nil, err
		case err != nil:
			unread = append(unread, unreadIn(err)...)
		default:
			all = append(all, row.members)
		}
	}
	if len(unread) > 0 {
		return all, &Error{Op: class + ".Find", Class: class, HTTPStatus: http.StatusOK, Attempts: 1, cause: unread}
	}
	return all, nil
}

// validKey is the rule for what stands on the left in a where document: a
// column, a dotted path into one, or an operator such as $or.
func validKey(key string) bool {
	for name := range strings.SplitSeq(strings.TrimPrefix(key, "$"), ".") {
		if !validColumn(name) {
			return false
		}
	}
	return true
}

// jsonRow is a row of any class.
type jsonRow struct {
	Object
	members map[string]any
}

// UnmarshalJSONFrom reads the members as they are, and the id that every row has.
func (r *jsonRow) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if err := json.UnmarshalDecode(dec, &r.members); err != nil {
		return err
	}
	r.ObjectID, _ = r.members["objectId"].(string)
	return nil
}
