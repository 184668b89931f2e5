package main

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// started runs the program until the test ends and returns what it printed up
// to the line about its data.
func started(t *testing.T, args ...string) (said string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), writer, io.Discard)
		writer.CloseWithError(err)
		done <- err
	}()
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if regexp.MustCompile(`^data`).MatchString(lines.Text()) {
			break
		}
	}
	require.NoError(t, lines.Err())
	return said, func() {
		cancel()
		require.NoError(t, <-done)
	}
}

func TestSampleIsLoadedOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audits.db")
	said, stop := started(t, "-sample", "-db", file)
	require.Regexp(t, `sample +53 audits; log in as m\.okafor, password `+audittest.SamplePassword, said)

	url := regexp.MustCompile(`http://\S+`).FindString(said)
	client, err := isoaudit.NewClient(url, parse.WithApplicationID(defaultAppID))
	require.NoError(t, err)
	session, err := client.LogIn(t.Context(), "m.okafor", audittest.SamplePassword)
	require.NoError(t, err)
	count, err := client.As(session).AuditPlans.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 53, count)
	stop()

	said, stop = started(t, "-sample", "-db", file)
	require.Regexp(t, `sample +not loaded: there are 53 audits already`, said)
	stop()
}

func TestSampleStaysOnThisMachine(t *testing.T) {
	err := run(t.Context(), []string{"-addr", "0.0.0.0:0", "-master-key", "mine", "-app-id", "mine", "-sample"}, io.Discard, io.Discard)
	require.ErrorContains(t, err, "everybody knows the passwords of -sample")
}
