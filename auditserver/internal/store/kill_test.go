package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// The test binary runs itself as a child: with this variable set it writes to
// the database there and prints each object's id once it is acknowledged.
const childVariable = "ISOAUDIT_STORE_TEST_CHILD"

func childMain() bool {
	path := os.Getenv(childVariable)
	if path == "" {
		return false
	}
	s, err := store.Open(context.Background(), store.Config{Path: path})
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(3)
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				err := s.Write(context.Background(), func(tx *store.Tx) error {
					_, err := tx.Insert("Plan", store.Object{ID: id, Fields: map[string]any{"ref": strings.Repeat(id, 20)}})
					if err == nil { // two rows a transaction: both or none
						_, err = tx.Insert("Plan", store.Object{ID: id + "-twin"})
					}
					return err
				})
				if err != nil {
					fmt.Println("write:", err)
					os.Exit(4)
				}
				out.Lock()
				fmt.Println("ok", id)
				out.Unlock()
			}
		})
	}
	wg.Wait()
	return true
}

func startChild(t *testing.T, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return cmd, bufio.NewScanner(out)
}

// A process under load is killed, several times over; every write it has
// acknowledged is there, and every transaction is whole.
func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	s, err := store.Open(ctx, store.Config{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Write(ctx, func(tx *store.Tx) error { return tx.PutClass(planClass) }))
	require.NoError(t, s.Close())

	var acknowledged []string
	for round := range 3 {
		cmd, lines := startChild(t, path)
		for want := len(acknowledged) + 100 + 50*round; len(acknowledged) < want && lines.Scan(); {
			id, ok := strings.CutPrefix(lines.Text(), "ok ")
			require.True(t, ok, lines.Text())
			acknowledged = append(acknowledged, id)
		}
		require.NoError(t, cmd.Process.Kill()) // SIGKILL
		for lines.Scan() {                     // what it said before it died counts too
			if id, ok := strings.CutPrefix(lines.Text(), "ok "); ok {
				acknowledged = append(acknowledged, id)
			}
		}
		require.Error(t, cmd.Wait(), "killed")
	}
	require.GreaterOrEqual(t, len(acknowledged), 450)

	s = open(t, store.Config{Path: path})
	for _, id := range acknowledged {
		_, err := s.Get(ctx, "Plan", id)
		require.NoError(t, err, id)
		_, err = s.Get(ctx, "Plan", id+"-twin")
		require.NoError(t, err, id)
	}
	all, twins := 0, 0
	require.NoError(t, s.Each(ctx, store.Query{Class: "Plan", Limit: -1}, func(r store.Row) bool {
		all++
		if strings.HasSuffix(r.ID(), "-twin") {
			twins++
		}
		return true
	}))
	require.Equal(t, all, 2*twins, "no half transaction")
}
