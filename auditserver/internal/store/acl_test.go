package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKnownACLsAreBounded(t *testing.T) {
	var a aclCache
	for commit := range int64(30) {
		added := map[string]int64{}
		for i := range int64(1000) {
			added[fmt.Sprint(commit, i)] = i
		}
		before := a.version.Load()
		a.committed(added)
		require.Greater(t, a.version.Load(), before)
		known := 0
		a.known.Range(func(_, _ any) bool { known++; return true })
		require.LessOrEqual(t, known, maxCached)
		_, ok := a.known.Load(fmt.Sprint(commit, int64(0)))
		require.True(t, ok, "the newest are known")
	}
}
