package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/quality"
)

// Days and references stay whole, words without an end do not push a table off the
// paper, and a table of many columns lies on the long side of it.
func TestCellsBreakWhereTheyMay(t *testing.T) {
	p, err := newPage("Log", Basis{Terms: quality.Terms{Now: time.Unix(0, 0)}})
	require.NoError(t, err)
	endless := strings.Repeat("x", longWord+1)
	p.add(section{Heading: "Narrow", Tables: []table{{"A", make([]string, 7), [][]string{{"2026-11-28", "two words", "see " + endless}}}}})
	p.add(section{Heading: "Broad", Tables: []table{{"B", make([]string, 8), nil}}})
	var out bytes.Buffer
	require.NoError(t, p.write(&out))
	require.Contains(t, out.String(), `<th scope="row" class="whole">2026-11-28</th><td>two words</td><td class="loose">see `+endless)
	require.Contains(t, out.String(), "<section>\n<h2>Narrow")
	require.Contains(t, out.String(), `<section class="wide">`+"\n<h2>Broad")
}
