package dump_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
)

// small is the dump of a class with a file.
func small(t *testing.T) string {
	t.Helper()
	source := empty(t, nil)
	file, err := source.Client().Upload(t.Context(), parse.Upload{Name: "photo.txt", Content: strings.NewReader("what was seen")})
	require.NoError(t, err)
	row := new(parse.Row)
	require.NoError(t, row.Set("photo", file))
	require.NoError(t, parse.Rows(source, "Odd").Create(t.Context(), row))
	folder := t.TempDir()
	_, err = dump.Write(t.Context(), source, folder, dump.Options{})
	require.NoError(t, err)
	return folder
}

func classes(t *testing.T, admin *parse.Admin) (names []string) {
	t.Helper()
	have, err := admin.Schema(t.Context())
	require.NoError(t, err)
	for _, class := range have.Classes {
		names = append(names, class.Name)
	}
	return names
}

// Whatever happened to a dump, its part is named and nothing is written.
func TestDamageIsNamedBeforeAnythingIsWritten(t *testing.T) {
	whole, other := small(t), empty(t, nil)
	before := classes(t, other)
	content, err := filepath.Glob(filepath.Join(whole, "files", "*"))
	require.NoError(t, err)
	require.Len(t, content, 1)
	const part = "rows/Odd-000001.jsonl.gz"
	cut := func(data []byte) []byte { return data[:len(data)-5] }
	edit := func(data []byte) []byte { data[len(data)/2] ^= 1; return data }
	for name, c := range map[string]struct {
		part   string
		damage func([]byte) []byte
	}{
		"cut part":            {part, cut},
		"edited part":         {part, edit},
		"longer part":         {part, func(data []byte) []byte { return append(data, data...) }},
		"missing part":        {part, nil},
		"edited file":         {"files/" + filepath.Base(content[0]), edit},
		"missing file":        {"files/" + filepath.Base(content[0]), nil},
		"cut manifest":        {"manifest.json", cut},
		"edited manifest":     {"manifest.json", func(data []byte) []byte { return bytes.Replace(data, []byte(`"Odd"`), []byte(`"Old"`), 1) }},
		"manifest of no dump": {"manifest.json", func([]byte) []byte { return []byte(`{"name":"app","version":1}`) }},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "dump")
			require.NoError(t, os.CopyFS(folder, os.DirFS(whole)))
			file := filepath.Join(folder, c.part)
			if c.damage == nil {
				require.NoError(t, os.Remove(file))
			} else {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(file, c.damage(data), 0o600))
			}
			_, err := dump.Restore(t.Context(), other, folder, dump.Options{})
			var damage *dump.Damage
			require.ErrorAs(t, err, &damage)
			require.Equal(t, c.part, damage.Part)
			require.ErrorContains(t, err, "nothing was restored: take another copy")
			require.Equal(t, before, classes(t, other))
			require.NoFileExists(t, filepath.Join(folder, "restore.jsonl"))
		})
	}
}

func TestNoDumpAtAll(t *testing.T) {
	_, err := dump.Check(t.TempDir())
	require.ErrorContains(t, err, "no manifest.json")
	_, err = dump.Check(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = dump.Write(t.Context(), empty(t, nil), t.TempDir(), dump.Options{Classes: []string{"AuditPlam"}})
	require.ErrorContains(t, err, `no class "AuditPlam"`)
}

// What a server cannot take is listed, all of it, and nothing is written.
func TestObstacles(t *testing.T) {
	folder := small(t)
	for name, c := range map[string]struct {
		change func(*auditserver.Config)
		fill   bool
		says   []string
	}{
		"ids":       {func(c *auditserver.Config) { c.AllowCustomObjectID = false }, false, []string{"allowCustomObjectId"}},
		"times":     {func(c *auditserver.Config) { c.MaintenanceKey = "" }, false, []string{"maintenanceKey"}},
		"rows":      {nil, true, []string{"class Odd has 1 rows", "Odd.photo"}},
		"ids, rows": {func(c *auditserver.Config) { c.AllowCustomObjectID = false }, true, []string{"allowCustomObjectId", "class Odd has 1 rows"}},
	} {
		t.Run(name, func(t *testing.T) {
			other := empty(t, c.change)
			if c.fill {
				row := new(parse.Row)
				require.NoError(t, row.Set("photo", "a text"))
				require.NoError(t, parse.Rows(other, "Odd").Create(t.Context(), row))
			}
			_, err := dump.Restore(t.Context(), other, folder, dump.Options{})
			require.ErrorIs(t, err, dump.ErrObstacles)
			for _, text := range c.says {
				require.ErrorContains(t, err, text)
			}
			roles, err := parse.Rows(other, "_Role").Query().Count(t.Context())
			require.NoError(t, err)
			require.Zero(t, roles)
			require.NoFileExists(t, filepath.Join(folder, "restore.jsonl"))
		})
	}
}

func TestNewTimesGoOnWithoutTheMaintenanceKey(t *testing.T) {
	folder := small(t)
	other := empty(t, func(c *auditserver.Config) { c.MaintenanceKey = "" })
	_, err := dump.Restore(t.Context(), other, folder, dump.Options{NewTimes: true})
	require.NoError(t, err)
	n, err := parse.Rows(other, "Odd").Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// A journal belongs to one dump and one application.
func TestJournalOfAnother(t *testing.T) {
	folder := small(t)
	journal := filepath.Join(t.TempDir(), "journal")
	_, err := dump.Restore(t.Context(), empty(t, nil), folder, dump.Options{Journal: journal})
	require.NoError(t, err)
	_, err = dump.Restore(t.Context(), empty(t, nil), folder, dump.Options{Journal: journal})
	require.ErrorContains(t, err, "that of another application")
	_, err = dump.Restore(t.Context(), empty(t, nil), small(t), dump.Options{Journal: journal})
	require.ErrorContains(t, err, "that of another dump")
}
