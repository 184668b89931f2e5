package follow

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What is ruled about an event depends on two clocks. The tables are tested
// from inside, because a real server reaches most rows only by chance.

func TestLedgerRulesOnEvents(t *testing.T) {
	at := func(second int) time.Time { return time.Date(2026, 3, 1, 8, 0, second, 0, time.UTC) }
	present, read := entry{updatedAt: at(10), present: true}, entry{updatedAt: at(10), present: true, read: at(20)}
	left, deleted := entry{updatedAt: at(10)}, entry{updatedAt: at(10), deleted: true}
	for i, c := range []struct {
		have      *entry
		kind      Kind
		updatedAt int
		received  int
		want      ruling
	}{
		{nil, Created, 10, 30, deliver},
		{nil, Deleted, 10, 30, deliver},
		{&present, Updated, 11, 30, deliver},
		{&present, Updated, 10, 30, doubtful}, // two writes in one millisecond, or a repetition
		{&present, Updated, 9, 30, doubtful},  // a real server's updatedAt may go back
		{&read, Updated, 10, 15, repeated},    // came before the read that showed it
		{&read, Updated, 9, 15, repeated},
		{&read, Updated, 11, 15, deliver},
		{&read, Updated, 9, 25, doubtful},
		{&present, Left, 11, 30, deliver},
		{&present, Left, 10, 30, deliver}, // lost by a change of the ACL: the old state
		{&present, Left, 9, 30, doubtful},
		{&read, Left, 10, 15, doubtful}, // the read showed it, but perhaps before the commit
		{&read, Left, 11, 15, deliver},
		{&present, Deleted, 10, 30, deliver},
		{&read, Deleted, 10, 15, doubtful},
		{&left, Left, 11, 30, repeated},
		{&left, Deleted, 11, 30, repeated},
		{&left, Entered, 11, 30, deliver},
		{&left, Entered, 10, 30, doubtful},
		{&left, Updated, 9, 30, doubtful},
		{&deleted, Created, 11, 30, doubtful},
		{&deleted, Updated, 9, 30, doubtful},
	} {
		l := newLedger(false)
		if c.have != nil {
			l.put("x", *c.have)
		}
		require.Equal(t, c.want, l.rule(c.kind, "x", at(c.updatedAt), at(c.received)), "row %d: %s", i, c.kind)
	}
}

// A real server sends the delete of an object that came and went in a gap.
func TestLedgerKnowsWhatTheConsumerNeverHad(t *testing.T) {
	l, at := newLedger(true), time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	require.Equal(t, deliver, l.rule(Deleted, "x", at, at), "the consumer may have it from elsewhere")
	l.shown = true
	require.Equal(t, unseen, l.rule(Deleted, "x", at, at))
	require.Equal(t, unseen, l.rule(Left, "x", at, at))
	require.Equal(t, deliver, l.rule(Created, "x", at, at))
	l.put("x", entry{updatedAt: at, deleted: true})
	require.Equal(t, doubtful, l.rule(Created, "x", at.Add(time.Second), at), "the create comes after its delete")
}

func TestLedgerIsBoundedButItsRegisterIsNot(t *testing.T) {
	plain, registered := newLedger(false), newLedger(true)
	for i := range 3 * ledgerSize {
		id := fmt.Sprint(i)
		plain.put(id, entry{present: true})
		registered.put(id, entry{present: true})
	}
	require.LessOrEqual(t, len(plain.young)+len(plain.old), 2*ledgerSize)
	_, known := plain.find("0")
	require.False(t, known)
	_, known = registered.find("0")
	require.True(t, known)
	require.Len(t, registered.register, 3*ledgerSize)
	registered.put("0", entry{})
	require.Len(t, registered.register, 3*ledgerSize-1)
}
