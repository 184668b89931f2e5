package auditserver

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The names are those that the router knows, and those of what is answered before it.
func TestRouteRootsAreThoseOfTheRouter(t *testing.T) {
	source, err := os.ReadFile("router.go")
	require.NoError(t, err)
	names := []string{"apps", "metrics"}
	for _, found := range regexp.MustCompile(`(?m)^\tcase "([a-z_]+)":$`).FindAllSubmatch(source, -1) {
		names = append(names, string(found[1]))
	}
	slices.Sort(names)
	require.Greater(t, len(names), 20)
	require.Equal(t, names, routeRoots)
}
