package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
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

func TestSampleOfTheSecondContract(t *testing.T) {
	said, stop := started(t, "-sample", "-contract", "prompt")
	defer stop()
	require.Regexp(t, `sample +53 audits; log in as m\.okafor`, said)
	client, err := promptschema.NewClient(regexp.MustCompile(`http://\S+`).FindString(said), parse.WithApplicationID(defaultAppID))
	require.NoError(t, err)
	me, session, err := client.LogIn(t.Context(), "l.brandt", audittest.SamplePassword)
	require.NoError(t, err)
	lead := client.As(session)
	count, err := lead.Audits.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 53, count)
	broken := new(isoaudit.PolicyError)
	require.ErrorAs(t, lead.Audits.Create(t.Context(), &promptschema.Audit{AuditNumber: "x", Site: "HQ", Status: "Open", Auditor: me.Pointer()}), &broken)
	require.Equal(t, "audit-status-known", broken.Violations[0].Rule)
	require.ErrorContains(t, run(t.Context(), []string{"-contract", "seven"}, io.Discard, io.Discard), "iso9001 or prompt")
	require.ErrorContains(t, run(t.Context(), []string{"-contract", "prompt"}, io.Discard, io.Discard), "-rules or -sample")
}

// A part of the sample, which a start has left that was interrupted, is in the way of
// the whole: the next start says so.
func TestHalfASampleSaysWhatToDo(t *testing.T) {
	db := filepath.Join(t.TempDir(), "audit.db")
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-db", db)
	name := audittest.NewSample(time.Now(), 1).Auditors[0].Username
	require.Equal(t, http.StatusCreated, post(t, printed["server URL"]+"/users", `{"username":"`+name+`","password":"other"}`, printed))
	require.NoError(t, stop())
	err := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-db", db, "-sample"}, io.Discard, io.Discard)
	require.ErrorContains(t, err, "new -db file")
}
