package auditserver

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadinessTriesSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r readiness
		tries, outcome, hold := 0, error(nil), make(chan struct{}, 100)
		check := func(ctx context.Context) error {
			return r.check(ctx, func() error {
				tries++
				<-hold
				return outcome
			})
		}
		go func() { hold <- struct{}{} }()
		require.NoError(t, check(t.Context()))
		for range 100 {
			require.NoError(t, check(t.Context()))
		}
		require.Equal(t, 1, tries)

		time.Sleep(readyFor) //nolint:forbidigo // the bubble's time
		outcome = errors.New("disk full")
		results := make(chan error, 10)
		for range 10 {
			go func() { results <- check(t.Context()) }()
		}
		synctest.Wait()
		require.Equal(t, 2, tries, "those who come while one write runs wait for it")
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, check(impatient), context.DeadlineExceeded)
		hold <- struct{}{}
		for range 10 {
			require.ErrorIs(t, <-results, outcome)
		}
		require.ErrorIs(t, check(t.Context()), outcome)
		require.Equal(t, 2, tries)

		time.Sleep(unreadyFor) //nolint:forbidigo // the bubble's time
		hold <- struct{}{}
		outcome = nil
		require.NoError(t, check(t.Context()))
		require.Equal(t, 3, tries)
	})
}

func TestReadySaysThatWritesFail(t *testing.T) {
	s, err := Open(t.Context(), Config{AppID: "app"})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close(context.Background())) }()
	status := func(path string) int {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/parse"+path, nil))
		return w.Code
	}
	require.Equal(t, http.StatusOK, status("/ready"))
	_, known, err := s.store.GetValue(t.Context(), readyBucket, "")
	require.NoError(t, err)
	require.True(t, known, "it was a write")
	s.readiness.mu.Lock()
	s.readiness.tried = time.Time{}
	s.readiness.mu.Unlock()
	require.NoError(t, s.store.Close())
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/parse/ready", nil))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "2", w.Header().Get("Retry-After"))
	require.Contains(t, w.Body.String(), "writes do not work")
	require.Equal(t, http.StatusOK, status("/health"))
}
