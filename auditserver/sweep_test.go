package auditserver_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestEndedSessionsAreSwept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := open(t, func(c *auditserver.Config) { c.SessionLength = time.Hour })
		_, token := c.user("ada")
		for range 250 { // more than one transaction removes
			c.public().must(http.MethodPost, "/login", `{"username":"ada","password":"pw-ada"}`)
		}
		count := func() float64 {
			return c.must(http.MethodGet, "/sessions?count=1&limit=0", nil).body["count"].(float64)
		}
		require.InDelta(t, 251, count(), 0)
		time.Sleep(40 * time.Minute) //nolint:forbidigo // the bubble's time
		_, fresh := c.user("grace")
		time.Sleep(81 * time.Minute) //nolint:forbidigo // the bubble's time
		synctest.Wait()
		require.Zero(t, count())
		for _, ended := range []string{token, fresh} {
			c.as(ended).refused(http.StatusBadRequest, 209, http.MethodGet, "/users/me", nil)
		}
		_, fresh = c.user("mary")
		time.Sleep(59 * time.Minute) //nolint:forbidigo // the bubble's time
		require.InDelta(t, 1, count(), 0)
		c.as(fresh).must(http.MethodGet, "/users/me", nil)
	})
}

func TestUnfinishedUploadsAreSwept(t *testing.T) {
	db := kept(t, true)
	srv, c := open(t, at(db))
	name := uploaded(t, c, "evidence")
	require.NoError(t, srv.Close(t.Context()))
	left, foreign := filepath.Join(db.FilesDir, "."+name+".part"), filepath.Join(db.FilesDir, "own.part")
	for _, file := range []string{left, foreign} {
		require.NoError(t, os.WriteFile(file, []byte("evi"), 0o600))
	}
	_, c = open(t, at(db))
	require.NoFileExists(t, left)
	require.FileExists(t, foreign, "it may be anybody's")
	c.must(http.MethodGet, "/files/"+appID+"/"+name, nil)
}
