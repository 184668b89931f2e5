package quality_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/quality"
)

func TestEntries(t *testing.T) {
	actions := []quality.Action{
		{ID: "a2", Ref: "C-2", Status: isoaudit.CAPAOpen, Due: date("2026-11-20")},
		{ID: "a3", Ref: "", Status: isoaudit.CAPAOpen, Due: date("2026-11-20")},
		{ID: "b1", Ref: "C-1", Status: isoaudit.CAPAOpen, Due: date("2026-11-27")},
		{ID: "a1", Ref: "C-1", Status: isoaudit.CAPAClosed},
		{ID: "", Ref: "ä", Status: isoaudit.CAPAOpen},
	}
	f := measure(t, quality.Source{Actions: stream(actions)}, terms2026(t)).Actions
	require.Equal(t, []quality.Entry{{ID: "a3"}, {ID: "b1", Ref: "C-1"}, {ID: "a2", Ref: "C-2"}, {Ref: "ä"}}, slices.Collect(f.Open.Entries.All()), "by reference, then by id")
	require.Equal(t, 4, f.Open.Entries.Len())
	require.Equal(t, []quality.Aged{{Entry: quality.Entry{ID: "a3"}, Days: 8}, {Entry: quality.Entry{ID: "a2", Ref: "C-2"}, Days: 8}, {Entry: quality.Entry{ID: "b1", Ref: "C-1"}, Days: 1}},
		slices.Collect(f.Overdue.Entries.All()), "most days first, then by reference")
	require.Equal(t, 3, f.Overdue.Entries.Len())
	for range f.Open.Entries.All() {
		break
	}
	for range f.Overdue.Entries.All() {
		break
	}
	require.Empty(t, slices.Collect(quality.Number{}.Entries.All()))
	require.Empty(t, slices.Collect(quality.Ages{}.Entries.All()))

	text, err := json.Marshal(f.Overdue)
	require.NoError(t, err)
	require.JSONEq(t, `{"Entries":[{"ID":"a3","Ref":"","Days":8},{"ID":"a2","Ref":"C-2","Days":8},{"ID":"b1","Ref":"C-1","Days":1}],
		"Unknown":[{"ID":"","Ref":"ä"}],"Missing":""}`, string(text))
	text, err = json.Marshal(quality.Ages{})
	require.NoError(t, err)
	require.JSONEq(t, `{"Entries":[],"Unknown":[],"Missing":""}`, string(text))
}
