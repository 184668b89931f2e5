package parse_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// The condition on the id holds on every page, beside that of the page's place.
func TestFindJSONKeepsAConditionOnTheID(t *testing.T) {
	m := &memory{rows: rowsOf(200), limitCap: 50}
	rows, err := parse.FindJSON(t.Context(), m.client(t), "Inspection", map[string]any{
		"objectId": map[string]any{"$lt": "id0120"},
	})
	require.NoError(t, err)
	require.Len(t, rows, 120)
	for _, row := range rows {
		require.Less(t, row["objectId"], "id0120")
	}
	require.Equal(t, "id0000", rows[0]["objectId"])
	require.Equal(t, "S0", rows[0]["site"])
}

func TestFindJSONRefusesWhatIsNoKey(t *testing.T) {
	for _, key := range []string{"", `a":1,"b`, "1st", "$", "a..b"} {
		client, sent := scriptedClient(t, nil)
		_, err := parse.FindJSON(t.Context(), client, "Inspection", map[string]any{key: 1})
		var input *parse.InputError
		require.ErrorAs(t, err, &input, key)
		require.Equal(t, key, input.Field)
		require.Empty(t, sent.Sent)
	}
}
