package event_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

func write(changes ...event.Change) event.Write {
	return event.Write{
		At: time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC), Op: event.Update, Class: "CorrectiveAction", Record: "aCt10n0001",
		Actor: event.Actor{Kind: event.User, ID: "k7RtXw2nQp"}, Changes: changes,
	}
}

func change(column, before, after string) event.Change {
	return event.Change{Column: column, Before: jsontext.Value(before), After: jsontext.Value(after)}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	for part, spoil := range map[string]func(*event.Write){
		"Class is empty":                func(w *event.Write) { w.Class = "" },
		"Op is empty":                   func(w *event.Write) { w.Op = "" },
		"Actor.Kind is empty":           func(w *event.Write) { w.Actor = event.Actor{} },
		"names no column":               func(w *event.Write) { w.Changes = append(w.Changes, change("", "1", "2")) },
		"column status changes twice":   func(w *event.Write) { w.Changes = append(w.Changes, w.Changes...) },
		"value of cost before":          func(w *event.Write) { w.Changes = append(w.Changes, change("cost", "1e999", "2")) },
		"value of cost after: ":         func(w *event.Write) { w.Changes = append(w.Changes, change("cost", "1", "nope")) },
		"value of cost after: an array": func(w *event.Write) { w.Changes = append(w.Changes, change("cost", "1", strings.Repeat("[", 20000))) },
	} {
		w := write(change("status", `"Open"`, `"Closed"`))
		spoil(&w)
		_, err := event.New(w)
		require.ErrorContains(t, err, part)
	}
}

func TestNewDrawsAnIDAndSalts(t *testing.T) {
	first, err := event.New(write(change("a", "1", "2"), change("b", "1", "2")))
	require.NoError(t, err)
	second, err := event.New(write(change("a", "1", "2"), change("b", "1", "2")))
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	require.NotEqual(t, first.Columns["a"], second.Columns["a"], "a value of few possibilities cannot be guessed from its hash")
	values, err := first.Values()
	require.NoError(t, err)
	require.NotEqual(t, values["a"].Salt, values["b"].Salt)
	require.Len(t, values["a"].Salt, 32)
}

func TestDiffRefusesWhatIsNoRow(t *testing.T) {
	for _, row := range []string{`[]`, `{"a":`, `{"a":1]`, `nope`, ``} {
		_, err := event.Diff("AuditPlan", nil, jsontext.Value(row))
		require.ErrorContains(t, err, "row of AuditPlan after", row)
	}
}

func TestRedactedKeepsTheHash(t *testing.T) {
	e, err := event.New(write(change("owner", `"Lena"`, `"Jo"`), change("status", `"Open"`, `"Closed"`)))
	require.NoError(t, err)
	redacted, err := e.Redacted("owner")
	require.NoError(t, err)
	require.NoError(t, redacted.Check())
	require.Equal(t, e.Hash(), redacted.Hash())
	require.NotContains(t, redacted.ValuesText(), "Lena")
	require.Contains(t, redacted.ValuesText(), "Closed")
	columns, err := redacted.RedactedColumns()
	require.NoError(t, err)
	require.Equal(t, []string{"owner"}, columns)
	require.Contains(t, e.ValuesText(), "Lena", "the event that was given is unchanged")
	again, err := redacted.Redacted("owner")
	require.NoError(t, err)
	require.Equal(t, redacted.ValuesText(), again.ValuesText())

	_, err = e.Redacted("dueDate")
	require.ErrorContains(t, err, "changed no column dueDate")
}

// A reason is redacted as a value is. That of a redaction stands apart from the one that
// it took out.
func TestAReasonCanBeRedacted(t *testing.T) {
	w := write(change("status", `"Open"`, `"Closed"`))
	w.Reason = `Lena is ill, "flu"`
	e, err := event.New(w)
	require.NoError(t, err)
	require.Equal(t, w.Reason, e.Reason)
	require.NotContains(t, e.Text(), "Lena")
	require.Equal(t, []string{"status"}, e.Names())
	values, err := e.Values()
	require.NoError(t, err)
	require.Len(t, values, 1, "a reason is no column")
	require.NoError(t, e.EachValue(func(column string, _ event.Told) { require.Equal(t, "status", column) }))
	held, err := e.Held()
	require.NoError(t, err)
	require.Equal(t, []string{event.ReasonName, "status"}, held)

	redacted, err := e.Redacted(event.ReasonName)
	require.NoError(t, err)
	require.Empty(t, redacted.Reason)
	read, err := event.Parse(redacted.AppendFields(nil))
	require.NoError(t, err)
	require.NoError(t, read.Check())
	require.Empty(t, read.Reason)
	require.Equal(t, e.Hash(), read.Hash())
	require.NotContains(t, string(read.AppendFields(nil)), "Lena")
	gone, err := read.RedactedColumns()
	require.NoError(t, err)
	require.Equal(t, []string{event.ReasonName}, gone)
	held, err = read.Held()
	require.NoError(t, err)
	require.Equal(t, []string{"status"}, held)

	w = write(event.Change{Column: event.ReasonName, Secret: true})
	w.Op, w.Redacts, w.Reason = event.Redact, e.Hash(), "Art. 17"
	telling, err := event.New(w)
	require.NoError(t, err)
	require.Equal(t, []string{event.ReasonName}, telling.Names())
	telling, err = event.Parse(telling.AppendFields(nil))
	require.NoError(t, err)
	require.NoError(t, telling.Check())
	require.Equal(t, "Art. 17", telling.Reason)

	without, err := event.New(write(change("status", `"Open"`, `"Closed"`)))
	require.NoError(t, err)
	_, err = without.Redacted(event.ReasonName)
	require.ErrorContains(t, err, "has no reason")
}

// Each part of a row that anybody could edit in a database is found, and named.
func TestCheckNamesWhatWasEdited(t *testing.T) {
	w := write(change("owner", `"Lena"`, `"Jo"`), event.Change{Column: "pin", Secret: true})
	w.Reason = "agreed"
	e, err := event.New(w)
	require.NoError(t, err)
	row := string(e.AppendFields(nil))
	for _, edit := range []struct{ old, now, want string }{
		{`"op":"update"`, `"op":"create"`, "column op of the row"},
		{`"class":"CorrectiveAction","columns"`, `"class":"AuditPlan","columns"`, "column class of the row"},
		{`"record":"aCt10n0001","values"`, `"record":"other","values"`, "column record of the row"},
		{`"objectId":"k7RtXw2nQp"`, `"objectId":"somebody"`, "column actor of the row"},
		{`"columns":["owner",`, `"columns":["dueDate",`, "column columns of the row"},
		{`"iso":"2026-11-27T10:00:00.000Z"`, `"iso":"2026-11-27T10:00:01.000Z"`, "column at of the row"},
		{`"event":"` + e.ID, `"event":"` + strings.Repeat("0", 32), "column event of the row"},
		{`\"Jo\"`, `\"Al\"`, "column owner: the value is not the one that was hashed"},
		{`"values":"{`, `"values":"{\"pin\":{\"salt\":\"\"},`, "column pin: a secret has a value"},
		{`"values":"{`, `"values":"{\"x\":{\"salt\":\"\"},`, "column x: there is a value, but the entry knows of no change"},
		{`\"owner\":{\"after\"`, `\"Owner\":{\"after\"`, "column owner: the value is missing"},
		{`\"agreed\"`, `\"denied\"`, "column $reason: the value is not the one that was hashed"},
		{`\"$reason\"`, `\"Reason\"`, "column $reason: the value is missing"},
		{`,\"reason\":\"` + e.Why + `\"`, ``, "column $reason: there is a value, but the entry knows of no change"},
		{`\"v\":1}`, `\"v\":1 }`, "the entry is not spelled as entries are"},
		{`\"v\":1}`, `\"v\":1,\"w\":1}`, "the entry is not spelled as entries are"},
		{`"values":"{`, `"values":"[`, "column values of the row cannot be read"},
	} {
		require.Contains(t, row, edit.old)
		edited, err := event.Parse(jsontext.Value(strings.Replace(row, edit.old, edit.now, 1)))
		require.NoError(t, err)
		err = edited.Check()
		require.ErrorContains(t, err, edit.want)
		require.ErrorContains(t, err, "event "+e.ID)
		var damage *event.Damage
		require.ErrorAs(t, err, &damage)
	}
}

func TestParseSaysWhichRowCannotBeRead(t *testing.T) {
	e, err := event.New(write(change("owner", `"Lena"`, `"Jo"`)))
	require.NoError(t, err)
	row := string(e.AppendFields(nil))
	for old, edit := range map[string]struct{ now, want string }{
		`{"actor"`:   {`{"objectId":7,"actor"`, "objectId"},
		`"values":"`: {`"objectId":"r0w","values":7,"x":"`, "(row r0w): the row cannot be read"},
		`\"v\":1}`:   {`\"v\":1`, "column entry of the row is not an entry"},
		`\"v\":1`:    {`\"v\":2`, "the entry has version 2 of the format, this program reads 1"},
	} {
		_, err := event.Parse(jsontext.Value(strings.Replace(row, old, edit.now, 1)))
		require.ErrorContains(t, err, edit.want)
	}
}
