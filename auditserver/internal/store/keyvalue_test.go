package store_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

func TestValuesAndTheirTime(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, store.Config{Now: func() time.Time { return now }})
	write(t, s, func(tx *store.Tx) error {
		added, err := tx.AddValue("requests", "id", []byte("a"), time.Minute)
		require.NoError(t, err)
		require.True(t, added)
		added, err = tx.AddValue("requests", "id", []byte("b"), time.Minute)
		require.NoError(t, err)
		require.False(t, added)
		got, ok, err := tx.GetValue("requests", "id")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, "a", string(got))
		return tx.PutValue("config", "k", nil, 0)
	})
	all, err := s.Values(ctx, "config")
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Contains(t, all, "k")
	now = now.Add(time.Minute)
	_, ok, err := s.GetValue(ctx, "requests", "id")
	require.NoError(t, err)
	require.False(t, ok, "expired")
	write(t, s, func(tx *store.Tx) error {
		added, err := tx.AddValue("requests", "id", nil, time.Minute)
		require.True(t, added, "an expired key is free")
		return errors.Join(err, tx.DeleteValue("config", "k"), tx.DeleteValue("config", "none"))
	})
	all, err = s.Values(ctx, "config")
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestFiles(t *testing.T) {
	s := open(t, store.Config{})
	for _, size := range []int{0, 1, 256 << 10, 256<<10 + 1, 1 << 20} {
		content := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		in := store.FileInfo{Name: "evidence.pdf", ContentType: "application/pdf", Metadata: []byte("{}")}
		info, err := s.PutFile(ctx, in, iotest.HalfReader(bytes.NewReader(content)))
		require.NoError(t, err)
		require.EqualValues(t, size, info.Size)
		_, err = s.PutFile(ctx, in, bytes.NewReader(content))
		require.ErrorIs(t, err, store.ErrDuplicate)
		got, r, err := s.OpenFile(ctx, "evidence.pdf")
		require.NoError(t, err)
		require.Equal(t, info, got)
		require.NoError(t, iotest.TestReader(r, content))
		require.NoError(t, r.Close())
		require.NoError(t, s.DeleteFile(ctx, "evidence.pdf"))
		require.ErrorIs(t, s.DeleteFile(ctx, "evidence.pdf"), store.ErrNotFound)
		if size > 256<<10 {
			_, err := r.Seek(0, io.SeekStart)
			require.NoError(t, err)
			_, err = io.ReadAll(r)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
	}
	for _, cut := range []error{io.ErrClosedPipe, io.ErrUnexpectedEOF} { // the latter is how HTTP and base64 tell it
		_, err := s.PutFile(ctx, store.FileInfo{Name: "half"}, io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), iotest.ErrReader(cut)))
		require.ErrorIs(t, err, cut)
		_, _, err = s.OpenFile(ctx, "half")
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	_, err := s.PutFile(ctx, store.FileInfo{Name: "half"}, bytes.NewReader(nil))
	require.NoError(t, err, "the name is free again")
}

func TestSweepRemovesExpiredValues(t *testing.T) {
	now := time.Now()
	s := open(t, store.Config{Now: func() time.Time { return now }})
	write(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.PutValue("b", "short", nil, time.Minute), tx.PutValue("b", "long", nil, time.Hour), tx.PutValue("b", "ever", nil, 0))
	})
	now = now.Add(2 * time.Minute)
	removed, err := s.Sweep(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, removed)
	values, err := s.Values(ctx, "b")
	require.NoError(t, err)
	require.Len(t, values, 2)
}
