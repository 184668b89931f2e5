package event_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Whatever an administrator makes of a row, reading it never panics, and what is
// called whole is written as it was read.
func FuzzParse(f *testing.F) {
	e, err := event.New(write(change("owner", `"Lena"`, `{"a":[1,"\"x"]}`), event.Change{Column: "pin", Secret: true}))
	require.NoError(f, err)
	row := e.AppendRow(nil)
	f.Add(row)
	for _, text := range []string{`{}`, `{"`, `{"entry":"{\"columns\":{\"a\":}}"}`, `{"values":"{\"a\":{\"salt\":"}`, `{"a":}`, `[`, ``} {
		f.Add([]byte(text))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		edited := bytes.Clone(row)
		for range 1 + random.IntN(3) {
			edited[random.IntN(len(edited))] = `{}[]",:\ 09aetn`[random.IntN(15)]
		}
		f.Add(edited[:len(edited)-random.IntN(2)*random.IntN(len(edited))])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := event.Parse(raw)
		if err != nil {
			var damage *event.Damage
			require.ErrorAs(t, err, &damage)
			return
		}
		if e.Check() != nil {
			return
		}
		again, err := event.Parse(e.AppendRow(nil))
		require.NoError(t, err)
		require.NoError(t, again.Check())
		require.Equal(t, e.Text(), again.Text())
		_, _ = event.Diff("Any", nil, jsontext.Value(raw)) // does not panic
	})
}
