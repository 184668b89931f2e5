package event

import (
	"bytes"
	"encoding/hex"
	"os"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// vectors are what Go and Cloud Code agree on; cloud/eventvectors.js runs them there.
type vectors struct {
	Canonical []struct{ Name, In, Out string }
	Hashes    []struct{ Name, Column, Salt, Before, After, Hash string }
	Events    []eventVector
}

type eventVector struct {
	Name  string
	Write struct {
		At                                                                  time.Time
		Op                                                                  Op
		Class, Record, Rule, Reason, Request, Meaning, Signs, Redacts, Prev string
		Actor                                                               Actor
	}
	Before, After string
	Changes       []struct {
		Column, Before, After string
		Secret                bool
	}
	Random              string
	Columns             []string
	Entry, Values, Hash string
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &v, json.MatchCaseInsensitiveNames(true), json.RejectUnknownMembers(true)))
	require.NotEmpty(t, v.Canonical)
	require.NotEmpty(t, v.Hashes)
	require.NotEmpty(t, v.Events)
	return v
}

func TestVectorsCanonical(t *testing.T) {
	for _, vector := range readVectors(t).Canonical {
		t.Run(vector.Name, func(t *testing.T) {
			got, err := AppendCanonical([]byte("kept "), jsontext.Value(vector.In))
			require.NoError(t, err)
			require.Equal(t, "kept "+vector.Out, string(got))
			again, err := AppendCanonical(nil, jsontext.Value(vector.Out))
			require.NoError(t, err)
			require.Equal(t, vector.Out, string(again), "canonical JSON stays as it is")
		})
	}
}

func TestVectorsHashes(t *testing.T) {
	for _, vector := range readVectors(t).Hashes {
		t.Run(vector.Name, func(t *testing.T) {
			value := Value{Salt: vector.Salt, Before: valueOf(vector.Before), After: valueOf(vector.After)}
			require.Equal(t, vector.Hash, value.Hash(vector.Column))
		})
	}
}

func valueOf(text string) jsontext.Value {
	if text == "" || text == "null" {
		return nil
	}
	return jsontext.Value(text)
}

func TestVectorsEvents(t *testing.T) {
	for _, vector := range readVectors(t).Events {
		t.Run(vector.Name, func(t *testing.T) {
			e := vector.build(t)
			require.Equal(t, vector.Entry, e.Text())
			require.Equal(t, vector.Values, e.ValuesText())
			require.Equal(t, vector.Hash, e.Hash())
			require.Equal(t, vector.Columns, e.stated.columns)
			require.NoError(t, e.Check())

			read, err := Parse(e.AppendFields(nil))
			require.NoError(t, err)
			require.Equal(t, e.Entry, read.Entry)
			require.Equal(t, vector.Write.Reason, read.Reason)
			require.NoError(t, read.Check())
			require.Equal(t, string(e.AppendFields(nil)), string(read.AppendFields(nil)))

			canonical, err := AppendCanonical(nil, jsontext.Value(e.Text()))
			require.NoError(t, err)
			require.Equal(t, e.Text(), string(canonical), "an entry is canonical JSON")
		})
	}
}

func (v *eventVector) build(t *testing.T) Event {
	t.Helper()
	changes, err := Diff(v.Write.Class, valueOf(v.Before), valueOf(v.After))
	require.NoError(t, err)
	for _, c := range v.Changes {
		changes = append(changes, Change{Column: c.Column, Before: valueOf(c.Before), After: valueOf(c.After), Secret: c.Secret})
	}
	random, err := hex.DecodeString(v.Random)
	require.NoError(t, err)
	w := v.Write
	source := bytes.NewReader(random)
	e, err := build(&Write{
		At: w.At, Op: w.Op, Class: w.Class, Record: w.Record, Actor: w.Actor, Rule: w.Rule, Reason: w.Reason, Request: w.Request,
		Meaning: w.Meaning, Signs: w.Signs, Redacts: w.Redacts, Prev: w.Prev, Changes: changes,
	}, source)
	require.NoError(t, err)
	require.Zero(t, source.Len(), "as much is drawn as the vector has")
	require.Equal(t, wire.FormatISO(w.At), wire.FormatISO(e.At))
	return e
}
