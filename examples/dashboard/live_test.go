package main

import (
	"bufio"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLiveStream(t *testing.T) {
	base := dashboard(t)
	watching, writing := newBrowser(t, base).signIn("m.okafor"), newBrowser(t, base).signIn("l.brandt")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/live", nil)
	require.NoError(t, err)
	stream, err := watching.http.Do(r)
	require.NoError(t, err)
	defer stream.Body.Close()
	require.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
	lines := bufio.NewScanner(stream.Body)
	for connected := 0; connected < 4; { // as many classes are followed
		require.True(t, lines.Scan(), "%v", lines.Err())
		if lines.Text() == "event: connected" {
			connected++
		}
	}
	action := writing.open(writing.open("/actions").link(t, `/actions/\w+`))
	ref := regexp.MustCompile(`<h1>Action (\S+)</h1>`).FindStringSubmatch(action.Text)[1]
	require.Equal(t, http.StatusOK, writing.post(action.Path, map[string]string{"status": "in_progress"}).Status)
	for lines.Text() != `data: "`+ref+`"` {
		require.True(t, lines.Scan(), "%v", lines.Err())
	}
	nobody := newBrowser(t, base)
	require.Equal(t, http.StatusNoContent, nobody.open("/live").Status)
}
