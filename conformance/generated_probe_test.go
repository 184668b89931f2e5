package conformance_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// probe is one generated question: a request that is the same for every server.
// Where an id is to stand, it says idOf and a label ("idOfAnn"); runName in a name
// stands for the run.
type probe struct {
	asks         string // says it in words, unique: what the table of kinds matches
	as           string // who asks: "nobody", "master", or the label of a user
	method, path string
	body         string
	then, of     string   // a path that the master key reads afterwards, and the column of it: what was left
	counted      []string // names that end with the number of the question: one question more does not change the others' replies
	keeps        []string // the labels that the new objects' ids get
	lane         string   // questions of one lane are asked one after the other
	meaning      string   // questions of one meaning are one question in several spellings
	anyOrder     bool     // the question asks for no order
	may          bool     // a step that may fail: FerretDB stores no polygons
}

// uncounted leaves the numbers out of an answer.
func (q probe) uncounted(body []byte) []byte {
	for _, name := range q.counted {
		body = bytes.ReplaceAll(body, []byte(quoted(name)), []byte(quoted(strings.TrimRight(name, "0123456789"))))
	}
	return body
}

// runName stands for the run in names of classes, users and roles.
const runName = "RunName"

// idOfIt is the label of the object that the question itself made.
const idOfIt = "idOfIt"

// reply is what of an answer is compared. Two are alike where the status, the code,
// the result and what a write left are: all members and rows, in their order where one
// was asked for. New ids, tokens, times and addresses are not compared, which are others
// on each server, nor is the text of an error: that of auditserver says what to write.
type reply struct {
	status, code int
	result       string // JSON; "" where it is an error
	left         string // what "then" read
	reason       string // the error's text
}

func (r reply) failed() bool { return r.status < 200 || r.status >= 300 || r.code != 0 }

// String says it in the words of the table of differences.
func (r reply) String() string {
	text := "answers " + r.result
	if r.failed() {
		text = strings.TrimSuffix(fmt.Sprintf("status %d, code %d %s", r.status, r.code, r.result), " ")
	}
	if r.left != "" {
		text += ", leaves " + r.left
	}
	return text
}

// means gives what does not depend on how a question was spelt: a batch tells no status.
func (r reply) means() string {
	if r.failed() {
		return fmt.Sprint("code ", r.code)
	}
	return r.result
}

// normalised makes a reply of an answer's status and body, in which ids have been
// replaced by labels.
func normalised(q probe, status int, body []byte) reply {
	r := reply{status: status}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		r.result = fmt.Sprintf("no JSON: %.60q", body)
		return r
	}
	value = unwrapped(value, &r)
	if object, ok := value.(map[string]any); ok && (r.status >= 300 || object["error"] != nil) {
		code, _ := object["code"].(float64)
		r.code = int(code)
		r.reason, _ = object["error"].(string)
		return r
	}
	r.result = resultText(value, q.anyOrder)
	return r
}

// columnLeft gives what an object has in one column.
func columnLeft(column string, status int, body []byte) string {
	var object map[string]any
	if err := json.Unmarshal(body, &object); err != nil || status != http.StatusOK {
		return fmt.Sprint("status ", status)
	}
	value, ok := object[column]
	if !ok {
		return "nothing"
	}
	return jsonText(tidied(column, value))
}

// unwrapped takes the answer out of that of a batch with one request.
func unwrapped(value any, r *reply) any {
	list, ok := value.([]any)
	if !ok || len(list) != 1 {
		return value
	}
	object, _ := list[0].(map[string]any)
	if success, ok := object["success"]; ok {
		return success
	}
	if failure, ok := object["error"]; ok {
		r.status = 400
		return failure
	}
	return value
}

// resultText writes a result without what differs from server to server.
func resultText(value any, anyOrder bool) string {
	value = tidied("", value)
	if object, ok := value.(map[string]any); ok && anyOrder {
		if results, ok := object["results"].([]any); ok {
			slices.SortFunc(results, func(a, b any) int { return strings.Compare(jsonText(a), jsonText(b)) })
		}
	}
	return jsonText(value)
}

func jsonText(value any) string {
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// tidied puts words in the place of new ids, tokens, times and addresses.
func tidied(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for k := range v {
			v[k] = tidied(k, v[k])
		}
	case []any:
		for i := range v {
			v[i] = tidied(key, v[i])
		}
	case string:
		switch key {
		case "createdAt", "updatedAt", "expiresAt":
			return "(time)"
		case "sessionToken":
			return "(token)"
		case "url":
			return "(url)"
		case "objectId":
			if !strings.HasPrefix(v, "idOf") {
				return "(id)"
			}
		case "iso":
			if !strings.HasPrefix(v, "2026-0") {
				return "(time)"
			}
		}
	}
	return value
}

// labels are the ids that one server gave.
type labels struct {
	run   string
	ids   map[string]string // by label
	named map[string]string // the labels, by id
}

var (
	labelPattern = regexp.MustCompile(`idOf[A-Z][0-9A-Za-z]*`)
	idPattern    = regexp.MustCompile(`\b[0-9A-Za-z]{10}\b`)
)

// filled puts a server's ids in the place of labels.
func (l labels) filled(text string) string {
	text = strings.ReplaceAll(text, runName, l.run)
	return labelPattern.ReplaceAllStringFunc(text, func(label string) string {
		if id, ok := l.ids[label]; ok {
			return id
		}
		return label
	})
}

// emptied puts labels in the place of a server's ids.
func (l labels) emptied(body []byte) []byte {
	text := idPattern.ReplaceAllFunc(body, func(id []byte) []byte {
		if label, ok := l.named[string(id)]; ok {
			return []byte(label)
		}
		return id
	})
	return []byte(strings.ReplaceAll(string(text), l.run, runName))
}

func (l labels) keep(label, id string) {
	l.ids[label], l.named[id] = id, label
}
