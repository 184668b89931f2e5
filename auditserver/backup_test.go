package auditserver_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// kept is a place for a database, with or without a folder for files.
func kept(t *testing.T, folder bool) auditserver.Database {
	db := auditserver.Database{Path: filepath.Join(t.TempDir(), "audit.db")}
	if folder {
		db.FilesDir = filepath.Join(t.TempDir(), "files")
		require.NoError(t, os.Mkdir(db.FilesDir, 0o700))
	}
	return db
}

func at(db auditserver.Database) func(*auditserver.Config) {
	return func(c *auditserver.Config) { c.Path, c.FilesDir, c.AllowCustomObjectID = db.Path, db.FilesDir, true }
}

func uploaded(t *testing.T, c *client, content string) (name string) {
	return c.with("Content-Type", "text/plain").must(http.MethodPost, "/files/evidence.txt", content).text("name")
}

func TestBackupAndRestore(t *testing.T) {
	for _, folder := range []bool{false, true} {
		db := kept(t, folder)
		srv, c := open(t, at(db))
		name, gone := uploaded(t, c, "the evidence"), uploaded(t, c, "deleted")
		c.must(http.MethodDelete, "/files/"+gone, nil)
		c.create("Note", `{"objectId":"one","file":{"__type":"File","name":"`+name+`"}}`)
		dir := t.TempDir()
		for i, backUp := range []func(file string) error{
			func(file string) error { return srv.Backup(t.Context(), file) },
			func(file string) error { return auditserver.Backup(t.Context(), db, file) }, // as another process does
		} {
			file := filepath.Join(dir, fmt.Sprintf("backup%d", i))
			require.NoError(t, backUp(file))
			require.ErrorContains(t, backUp(file), "is never replaced")
			report, err := auditserver.Check(t.Context(), auditserver.Database{Path: file})
			require.NoError(t, err)
			require.Empty(t, report.Problems)
			require.Empty(t, report.Notes)
			require.Equal(t, 1, report.Files)
			require.Equal(t, int64(len("the evidence")), report.FileBytes)
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it holds password hashes")

			for _, toFolder := range []bool{false, true} { // wherever the files were
				fresh := kept(t, toFolder)
				require.NoError(t, auditserver.Restore(t.Context(), file, fresh))
				require.Error(t, auditserver.Restore(t.Context(), file, fresh), "never over a database")
				_, restored := open(t, at(fresh))
				require.Equal(t, "one", restored.must(http.MethodGet, "/classes/Note/one", nil).text("objectId"))
				require.Equal(t, "the evidence", string(restored.public().must(http.MethodGet, "/files/"+appID+"/"+name, nil).raw))
				report, err := auditserver.Check(t.Context(), fresh)
				require.NoError(t, err)
				require.Empty(t, report.Problems)
			}
		}
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, 2, "nothing beside the backups")
	}
}

// A backup is what was acknowledged at one moment: the first so many of the objects
// that are written one after another, and all that stood there when it began.
func TestBackupWhileTheServerWrites(t *testing.T) {
	db := kept(t, false)
	srv, c := open(t, at(db))
	c.create("Note", `{"objectId":"n0"}`)
	var acknowledged atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := int64(1); ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if a := c.do(http.MethodPost, "/classes/Note", fmt.Sprintf(`{"objectId":"n%d"}`, n)); a.status != http.StatusCreated {
				t.Errorf("%s", a.raw)
				return
			}
			acknowledged.Store(n)
		}
	}()
	for i := range 4 {
		file := filepath.Join(t.TempDir(), "backup")
		before := acknowledged.Load()
		if i%2 == 0 {
			require.NoError(t, srv.Backup(t.Context(), file))
		} else {
			require.NoError(t, auditserver.Backup(t.Context(), db, file))
		}
		after := acknowledged.Load() + 1
		fresh := kept(t, false)
		require.NoError(t, auditserver.Restore(t.Context(), file, fresh))
		_, restored := open(t, at(fresh))
		last := int64(restored.must(http.MethodGet, "/classes/Note?count=1&limit=0", nil).body["count"].(float64)) - 1
		require.GreaterOrEqual(t, last, before)
		require.LessOrEqual(t, last, after)
		for n := range last + 1 {
			restored.must(http.MethodGet, fmt.Sprintf("/classes/Note/n%d", n), nil)
		}
	}
	close(stop)
	<-done
}

func TestRestoreRefusals(t *testing.T) {
	db := kept(t, false)
	srv, c := open(t, at(db))
	c.create("Note", `{}`)
	file := filepath.Join(t.TempDir(), "backup")
	require.NoError(t, srv.Backup(t.Context(), file))
	require.ErrorContains(t, auditserver.Restore(t.Context(), file, db), "there already", "a live database")

	beside := kept(t, false)
	require.NoError(t, os.WriteFile(beside.Path+"-wal", nil, 0o600))
	require.ErrorContains(t, auditserver.Restore(t.Context(), file, beside), "there already", "SQLite would add this log to it")

	full := kept(t, true)
	require.NoError(t, os.WriteFile(filepath.Join(full.FilesDir, "x"), nil, 0o600))
	require.ErrorContains(t, auditserver.Restore(t.Context(), file, full), "not empty")
	require.NoFileExists(t, full.Path)

	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	half := filepath.Join(t.TempDir(), "half")
	require.NoError(t, os.WriteFile(half, whole[:len(whole)/2], 0o600))
	require.ErrorIs(t, auditserver.Restore(t.Context(), half, kept(t, false)), auditserver.ErrProblems)
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	db := kept(t, true)
	_, c := open(t, at(db))
	name := uploaded(t, c, "evidence")
	short := uploaded(t, c, "more evidence")
	c.create("Note", `{"file":{"__type":"File","name":"`+strings.Repeat("0", 32)+`_x.txt"}}`)
	problems := func() string {
		report, err := auditserver.Check(t.Context(), db)
		require.NoError(t, err)
		require.Len(t, report.Notes, 1)
		return strings.Join(report.Problems, "\n")
	}
	require.Empty(t, problems(), "while the server runs")
	require.NoError(t, os.Remove(filepath.Join(db.FilesDir, name)))
	require.NoError(t, os.Truncate(filepath.Join(db.FilesDir, short), 3))
	require.Contains(t, problems(), "the content of the file "+name+" is missing")
	require.Contains(t, problems(), short+" should have 13 bytes and has 3")
	require.ErrorContains(t, auditserver.Backup(t.Context(), db, filepath.Join(t.TempDir(), "backup")), "missing in the folder")

	_, err := auditserver.Check(t.Context(), auditserver.Database{Path: filepath.Join(t.TempDir(), "none")})
	require.ErrorIs(t, err, os.ErrNotExist)
	other := filepath.Join(t.TempDir(), "other")
	require.NoError(t, os.WriteFile(other, []byte("no database at all"), 0o600))
	report, err := auditserver.Check(t.Context(), auditserver.Database{Path: other})
	require.NoError(t, err)
	require.NotEmpty(t, report.Problems)
}

// Damage anywhere in the pages of a backup is found, or is where nothing stands.
func TestCheckFindsDamagedPages(t *testing.T) {
	db := kept(t, false)
	srv, err := auditserver.Open(t.Context(), auditserver.Config{AppID: appID, MasterKey: master, PasswordCost: bcrypt.MinCost, Path: db.Path})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "backup")
	require.NoError(t, srv.Backup(t.Context(), file))
	require.NoError(t, srv.Close(t.Context()))
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for page := 0; page < len(whole); page += 8192 {
		bad := append([]byte(nil), whole...)
		for i := range 8 { // the header of the page
			at := page + i
			if page == 0 {
				at = 100 + i
			}
			bad[at] = 0xff
		}
		require.NoError(t, os.WriteFile(file, bad, 0o600))
		report, err := auditserver.Check(t.Context(), auditserver.Database{Path: file})
		require.NoError(t, err)
		require.NotEmpty(t, report.Problems, "page %d", page/8192)
	}
}

// A backup under a name that SQLite takes for a part of the database would be gone
// after the next start.
func TestBackupTakesNoNameOfAPartOfTheDatabase(t *testing.T) {
	db := kept(t, false)
	srv, c := open(t, at(db))
	c.create("Note", `{}`)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(filepath.Dir(db.Path), link))
	for _, suffix := range []string{"-journal", "-wal", "-shm", "-synced", "-lock"} {
		for _, name := range []string{db.Path + suffix, filepath.Join(link, filepath.Base(db.Path)+suffix)} {
			require.ErrorContains(t, auditserver.Backup(t.Context(), db, name), "part of the database", name)
			require.ErrorContains(t, srv.Backup(t.Context(), name), "part of the database", name)
		}
	}
	require.NoError(t, auditserver.Backup(t.Context(), db, db.Path+"-2026"))
}

func TestFoldersInThePlaceOfFilesAndMissingOnesAreNamed(t *testing.T) {
	dir := t.TempDir()
	_, err := auditserver.Check(t.Context(), auditserver.Database{Path: dir})
	require.ErrorContains(t, err, "is a folder")
	require.ErrorContains(t, auditserver.Backup(t.Context(), auditserver.Database{Path: dir}, filepath.Join(dir, "backup")), "is a folder")
	db := kept(t, false)
	srv, _ := open(t, at(db))
	file := filepath.Join(dir, "backup")
	require.NoError(t, srv.Backup(t.Context(), file))
	missing := filepath.Join(dir, "missing")
	require.ErrorContains(t, auditserver.Restore(t.Context(), file, auditserver.Database{Path: filepath.Join(missing, "audit.db")}), "folder of the new database")
	require.NoDirExists(t, missing)
}
