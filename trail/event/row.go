package event

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// row is a row of class AuditTrail as a server shows it.
type row struct {
	ObjectID  string    `json:"objectId"`
	CreatedAt time.Time `json:"createdAt"`
	Event     string    `json:"event"`
	At        time.Time `json:"at"`
	Op        string    `json:"op"`
	Class     string    `json:"class"`
	Record    string    `json:"record"`
	Actor     struct {
		ObjectID string `json:"objectId"`
	} `json:"actor"`
	Columns   []string `json:"columns"`
	Confirmed bool     `json:"confirmed"`
	Entry     string   `json:"entry"`
	Values    string   `json:"values"`
}

// rowTexts are the texts of a row as JSON, by their place in row.texts.
type rowTexts [9]jsontext.Value

// columnsText is the place of the list of columns, which is no text but is kept with them.
const columnsText = len(rowTexts{}) - 1

// readRow reads a row from its JSON.
func readRow(raw jsontext.Value) (r row, err error) {
	var texts rowTexts
	if eachMember(raw, func(name, value jsontext.Value) bool { return r.readMember(&texts, name, value) }) && r.readTexts(&texts) {
		return r, nil
	}
	var slow row // apart, since the general reader wants it on the heap
	err = json.Unmarshal(raw, &slow, readOptions)
	return slow, err
}

// readMember reads one member of the usual form; false if it has another one. Texts are
// left for readTexts.
func (r *row) readMember(texts *rowTexts, name, value jsontext.Value) (ok bool) {
	switch string(name) {
	case "createdAt":
		r.CreatedAt, ok = wire.UsualDate(value)
		return ok
	case "at":
		r.At, ok = wire.UsualDate(value)
		return ok
	case "confirmed":
		r.Confirmed = string(value) == "true"
		return r.Confirmed || string(value) == "false"
	case "columns":
		texts[columnsText] = value
		return usualList(value)
	case "actor":
		if value, ok = memberOf(value, "objectId"); !ok {
			return false
		}
		texts[0] = value
	case "class":
		texts[1] = value
	case "entry":
		texts[2] = value
	case "event":
		texts[3] = value
	case "objectId":
		texts[4] = value
	case "op":
		texts[5] = value
	case "record":
		texts[6] = value
	case "values":
		texts[7] = value
	}
	return true
}

// memberOf returns a member of a JSON object; false if it cannot be read or has none.
func memberOf(object jsontext.Value, member string) (found jsontext.Value, ok bool) {
	ok = eachMember(object, func(name, value jsontext.Value) bool {
		if string(name) == member {
			found = value
		}
		return true
	})
	return found, ok && found != nil
}

// readTexts reads the texts, all in one allocation.
func (r *row) readTexts(texts *rowTexts) bool {
	var room [4096]byte // enough for most
	all := room[:0]
	var ends [len(texts)]int
	for i, text := range texts {
		switch {
		case text == nil:
		case i == columnsText:
			all = append(all, text...)
		default:
			var ok bool
			if all, ok = appendUnquoted(all, text); !ok {
				return false
			}
		}
		ends[i] = len(all)
	}
	joined, start, columns := string(all), 0, ""
	for i, to := range [len(texts)]*string{&r.Actor.ObjectID, &r.Class, &r.Entry, &r.Event, &r.ObjectID, &r.Op, &r.Record, &r.Values, &columns} {
		*to = joined[start:ends[i]]
		start = ends[i]
	}
	if columns == "" {
		return true
	}
	r.Columns = make([]string, 0, strings.Count(columns, ",")+1)
	for quoted := range strings.SplitSeq(columns[1:len(columns)-1], ",") {
		r.Columns = append(r.Columns, quoted[1:len(quoted)-1])
	}
	return true
}

// usualList recognizes a list of names of columns, which have no commas and escapes.
func usualList(value []byte) bool {
	if len(value) < len(`["a"]`) || value[0] != '[' || value[len(value)-1] != ']' || bytes.IndexByte(value, '\\') >= 0 {
		return false
	}
	for name := range bytes.SplitSeq(value[1:len(value)-1], []byte(",")) {
		if len(name) < 3 || name[0] != '"' || name[len(name)-1] != '"' || bytes.IndexByte(name[1:len(name)-1], '"') >= 0 {
			return false
		}
	}
	return true
}
