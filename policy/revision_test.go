package policy_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func ExampleCompareRevisions() {
	revisions := []string{"AA", "10", "B", "1.10", "9", "A", "1.9", "Z"}
	slices.SortFunc(revisions, policy.CompareRevisions)
	fmt.Println(revisions)
	// Output: [1.9 1.10 9 10 A B Z AA]
}

func TestRevisionsAreInOrder(t *testing.T) {
	file := readVectors(t)
	require.NotEmpty(t, file.Revisions)
	for i, some := range file.Revisions {
		for j, others := range file.Revisions {
			for _, a := range some {
				for _, b := range others {
					require.Equal(t, cmp.Compare(i, j), cmp.Compare(policy.CompareRevisions(a, b), 0), "%q and %q", a, b)
				}
			}
		}
	}
}

// Whatever people write, the order holds together.
func TestRevisionsHaveATotalOrder(t *testing.T) {
	revision := rapid.OneOf(
		rapid.StringMatching(`(rev|Rev\.|[A-Ca-c]{0,3})[-. ]?[0-9]{0,3}([.-][0-9]{1,2}[a-b]?)?`),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := revision.Draw(t, "a"), revision.Draw(t, "b"), revision.Draw(t, "c")
		ab, ba := policy.CompareRevisions(a, b), policy.CompareRevisions(b, a)
		bc, ac := policy.CompareRevisions(b, c), policy.CompareRevisions(a, c)
		switch {
		case policy.CompareRevisions(a, a) != 0:
			t.Fatalf("%q is not itself", a)
		case cmp.Compare(ab, 0) != -cmp.Compare(ba, 0):
			t.Fatalf("%q and %q: %d one way, %d the other", a, b, ab, ba)
		case ab <= 0 && bc <= 0 && ac > 0, ab == 0 && bc == 0 && ac != 0, ab < 0 && bc <= 0 && ac >= 0, ab <= 0 && bc < 0 && ac >= 0:
			t.Fatalf("%q, %q, %q: %d and %d, but %d", a, b, c, ab, bc, ac)
		}
	})
}

// Numbers count: whatever stands before them, the greater is the newer.
func TestRevisionsCountNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"", "A", "rev-", "Rev. ", "1.", "2.0-"}).Draw(t, "prefix")
		a, b := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")
		got := policy.CompareRevisions(fmt.Sprintf("%s%d", prefix, a), fmt.Sprintf("%s%03d", prefix, b))
		if cmp.Compare(got, 0) != cmp.Compare(a, b) {
			t.Fatalf("%s%d and %s%03d: %d", prefix, a, prefix, b, got)
		}
	})
}
