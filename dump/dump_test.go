package dump_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// empty is a server without any class of its own, that takes ids and times.
func empty(t *testing.T, change func(*auditserver.Config)) *parse.Admin {
	t.Helper()
	cfg := auditserver.Config{
		AppID: "other", MasterKey: "master", MaintenanceKey: "upkeep", AllowCustomObjectID: true, Unsynced: true,
		PasswordCost: bcrypt.MinCost, Rules: policy.Default(), Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	backend, err := auditserver.Open(t.Context(), cfg)
	require.NoError(t, err)
	web := httptest.NewServer(backend)
	t.Cleanup(func() {
		web.Close()
		require.NoError(t, backend.Close(context.Background()))
	})
	admin, err := parse.NewAdmin(web.URL+backend.MountPath(), "master", parse.WithApplicationID("other"), parse.WithMaintenanceKey("upkeep"))
	require.NoError(t, err)
	return admin
}

var sampleDay = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// filled is an application with some of everything.
func filled(t *testing.T) *audittest.Server {
	t.Helper()
	server := audittest.NewServer(t)
	server.LoadSample(sampleDay, 1)
	admin := server.Admin.Admin
	file, err := admin.Client().Upload(t.Context(), parse.Upload{Name: "photo.txt", Content: strings.NewReader("what was seen")})
	require.NoError(t, err)

	odd := parse.Rows(admin, "Odd")
	plans, err := parse.Rows(admin, "AuditPlan").Query().Limit(3).Find(t.Context())
	require.NoError(t, err)
	members := parse.NewRelationField[parse.Row, parse.Row]("plans")
	for i, acl := range []parse.ACL{nil, {}, {parse.Everyone: {Read: true}}} {
		row := &parse.Row{Object: parse.Object{ACL: acl}}
		require.NoError(t, row.Set("number", 1.5))
		require.NoError(t, row.Set("exact", map[string]any{"n": parse.Raw("9007199254740991")}))
		require.NoError(t, row.Set("photo", file))
		require.NoError(t, row.Set("photos", []any{file, "and <none> \u2028"}))
		require.NoError(t, row.Set("place", parse.GeoPoint{Latitude: 1, Longitude: 2}))
		require.NoError(t, row.Set("bytes", []byte{0, 1, 255}))
		require.NoError(t, odd.CreateWith(t.Context(), row, members.Add(parse.Rows(admin, "AuditPlan").PointerTo(plans[i].ObjectID))))
	}
	require.NoError(t, admin.SetConfig(t.Context(), map[string]any{"site": "PLANT-07", "secret": 7}, "secret"))
	return server
}

// prefixes and addresses of files differ from server to server.
var place = regexp.MustCompile(`[0-9a-f]{32}_|"url":"[^"]*"`)

// content is the sum of everything in each part of a dump, by its name.
func content(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	names, err := filepath.Glob(filepath.Join(folder, "rows", "*.gz"))
	require.NoError(t, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		gz, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		text, err := io.ReadAll(gz)
		require.NoError(t, err)
		all[filepath.Base(name)] = fmt.Sprintf("%x", sha256.Sum256(place.ReplaceAll(text, nil)))
	}
	return all
}

func TestEverythingComesBack(t *testing.T) {
	server := filled(t)
	first, second := t.TempDir(), t.TempDir()
	m, err := dump.Write(t.Context(), server.Admin.Admin, first, dump.Options{})
	require.NoError(t, err)
	_, err = dump.Check(first)
	require.NoError(t, err)

	other := empty(t, nil)
	report, err := dump.Restore(t.Context(), other, first, dump.Options{})
	require.NoError(t, err)
	require.Equal(t, m.Rows(), report.Rows)
	require.Len(t, report.Notes, 1, "about passwords")

	again, err := dump.Write(t.Context(), other, second, dump.Options{})
	require.NoError(t, err)
	require.Equal(t, m.Rows(), again.Rows())
	have := content(t, first)
	require.Len(t, have, 9, "users, roles, the six classes but users, their trail, Odd")
	require.Equal(t, have, content(t, second), "rows, ids, times, ACLs, relations")
	require.Equal(t, m.Config, again.Config)
	require.NoError(t, drift(t, other, m))

	row, err := parse.Rows(other, "Odd").Query().First(t.Context())
	require.NoError(t, err)
	file, err := other.Client().Open(t.Context(), row.Get("photo").(parse.File))
	require.NoError(t, err)
	text, err := io.ReadAll(file)
	require.NoError(t, errors.Join(err, file.Close()))
	require.Equal(t, "what was seen", string(text))
	require.True(t, strings.HasPrefix(row.Get("photo").(parse.File).URL, "http://127.0.0.1"))
}

func drift(t *testing.T, admin *parse.Admin, m *dump.Manifest) error {
	t.Helper()
	plan, err := admin.PlanSchema(t.Context(), m.Schema)
	require.NoError(t, err)
	return plan.Drift()
}

// A user who was restored has his rights, and a new password.
func TestRestoredUsersLogInWithANewPassword(t *testing.T) {
	server := filled(t)
	folder := t.TempDir()
	_, err := dump.Write(t.Context(), server.Admin.Admin, folder, dump.Options{})
	require.NoError(t, err)
	other := empty(t, nil)
	_, err = dump.Restore(t.Context(), other, folder, dump.Options{})
	require.NoError(t, err)

	users := parse.NewCollection[isoaudit.Auditor](other, "_User")
	mary, err := users.Query().Where(isoaudit.AuditorFields.Username.Eq("m.okafor")).First(t.Context())
	require.NoError(t, err)
	require.NoError(t, users.Update(t.Context(), mary.ObjectID, isoaudit.AuditorFields.Password.Set("a-New-Pa55word")))
	_, session, err := parse.LogIn[isoaudit.Auditor](t.Context(), other.Client().Anonymous(), "m.okafor", "a-New-Pa55word")
	require.NoError(t, err)
	plans, err := parse.Rows(other.Client().As(session), "AuditPlan").Query().Find(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, plans)
}

// cutAfter gives options that end the context after so many calls of Progress.
func cutAfter(t *testing.T, calls int) (context.Context, dump.Options) {
	ctx, cancel := context.WithCancel(t.Context())
	return ctx, dump.Options{Progress: func(dump.Progress) {
		if calls--; calls == 0 {
			cancel()
		}
	}}.PartRows(25)
}

func TestBothAreResumed(t *testing.T) {
	server := filled(t)
	whole, cut := t.TempDir(), t.TempDir()
	_, err := dump.Write(t.Context(), server.Admin.Admin, whole, dump.Options{}.PartRows(25))
	require.NoError(t, err)
	for _, calls := range []int{1, 2, 3} {
		ctx, options := cutAfter(t, calls)
		_, err := dump.Write(ctx, server.Admin.Admin, cut, options)
		require.ErrorIs(t, err, context.Canceled)
	}
	other := empty(t, nil)
	_, err = dump.Restore(t.Context(), other, cut, dump.Options{})
	require.ErrorContains(t, err, "ended early")
	_, err = dump.Write(t.Context(), server.Admin.Admin, cut, dump.Options{}.PartRows(25))
	require.NoError(t, err)
	require.Equal(t, content(t, whole), content(t, cut))
	_, err = dump.Write(t.Context(), server.Admin.Admin, cut, dump.Options{})
	require.ErrorContains(t, err, "complete dump")

	for _, calls := range []int{1, 2, 3} {
		ctx, options := cutAfter(t, calls)
		_, err := dump.Restore(ctx, other, cut, options)
		require.ErrorIs(t, err, context.Canceled)
	}
	report, err := dump.Restore(t.Context(), other, cut, dump.Options{})
	require.NoError(t, err)
	back := t.TempDir()
	m, err := dump.Write(t.Context(), other, back, dump.Options{}.PartRows(25))
	require.NoError(t, err)
	require.Equal(t, m.Rows(), report.Rows)
	require.Equal(t, content(t, whole), content(t, back))
}
