package parse_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/parse"
)

// Protocol section 12.1: a File without url ends a Parse Server.
func TestFilesAreNeverSentWithoutURL(t *testing.T) {
	client, _ := scriptedClient(t, nil) // nothing is sent
	lists := parse.NewCollection[checklist](client, "Checklist")
	nameless := parse.File{Name: "abc_report.pdf"}
	var mistake *parse.InputError
	require.ErrorAs(t, lists.Create(t.Context(), &checklist{Photo: nameless}), &mistake)
	require.Equal(t, "photo", mistake.Field)
	require.ErrorAs(t, lists.Update(t.Context(), "k1", photo.Set(nameless)), &mistake)
	require.Equal(t, "photo", mistake.Field)
	inside := parse.NewObjectField[checklist, map[string]any]("answers").Set(map[string]any{"scan": nameless})
	require.ErrorAs(t, lists.Update(t.Context(), "k1", inside), &mistake)
	require.Equal(t, "answers", mistake.Field)
}
