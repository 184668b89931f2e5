package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysComeFromFlagsFilesAndTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	file, config, open := filepath.Join(dir, "key"), filepath.Join(dir, "config.json"), filepath.Join(dir, "open")
	require.NoError(t, os.WriteFile(file, []byte("of the file\n"), 0o600))
	require.NoError(t, os.WriteFile(open, []byte("of the file\n"), 0o644))
	require.NoError(t, os.WriteFile(config, []byte(`{"masterKey":"of the configuration","restAPIKey":"rest of the configuration"}`), 0o600))
	read := func(args ...string) (*settings, string) {
		var said bytes.Buffer
		s, err := readSettings(append(args, "-config", config), &said)
		require.NoError(t, err)
		return s, said.String()
	}
	s, said := read()
	require.Equal(t, "of the configuration", s.cfg.MasterKey)
	require.Empty(t, said)
	t.Setenv("ISOAUDIT_MASTER_KEY", "of the environment")
	t.Setenv("ISOAUDIT_APP_ID", "app of the environment")
	s, said = read()
	require.Equal(t, "of the environment", s.cfg.MasterKey)
	require.Equal(t, "app of the environment", s.cfg.AppID)
	require.Equal(t, "rest of the configuration", s.cfg.RESTKey)
	require.Empty(t, said)
	s, said = read("-master-key-file", file)
	require.Equal(t, "of the file", s.cfg.MasterKey)
	require.Empty(t, said)
	_, said = read("-master-key-file", open)
	require.Contains(t, said, "chmod 600")
	s, said = read("-master-key", "of the flag")
	require.Equal(t, "of the flag", s.cfg.MasterKey)
	require.Contains(t, said, "-master-key-file")
	require.NotContains(t, said, "of the flag")
	_, said = read("-app-id", "mine")
	require.Empty(t, said, "it is no secret")
}

func TestKeyRefusals(t *testing.T) {
	dir := t.TempDir()
	two, none := filepath.Join(dir, "two"), filepath.Join(dir, "none")
	require.NoError(t, os.WriteFile(two, []byte("one\ntwo\n"), 0o600))
	require.NoError(t, os.WriteFile(none, []byte("\n"), 0o600))
	for _, args := range [][]string{
		{"-master-key-file", two}, {"-master-key-file", none}, {"-rest-key-file", filepath.Join(dir, "missing")}, {"-rest-key", "a", "-rest-key-file", two},
	} {
		_, err := readSettings(args, io.Discard)
		require.Error(t, err, args)
		require.NotContains(t, err.Error(), "two\n")
	}
}

// Everything that is wrong is said at once.
func TestAllWrongSettingsAreSaid(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"databaseURI":"x","sessionLength":"long"}`), 0o600))
	_, err := readSettings([]string{"-config", config, "-addr", "0.0.0.0:0", "-sample", "-tls-cert", "x", "-db", ":memory:", "-master-key-file", "missing"}, io.Discard)
	for _, want := range []string{"databaseURI", "sessionLength", "passwords of -sample", "application id", "-tls-key", ":memory:", "-master-key-file"} {
		require.ErrorContains(t, err, want)
	}
}

func TestMadeMasterKeys(t *testing.T) {
	first, err := readSettings(nil, io.Discard)
	require.NoError(t, err)
	second, err := readSettings(nil, io.Discard)
	require.NoError(t, err)
	require.Len(t, first.cfg.MasterKey, 26)
	require.NotEqual(t, first.cfg.MasterKey, second.cfg.MasterKey, "in memory each run has its own")

	db := filepath.Join(t.TempDir(), "audit.db")
	first, err = readSettings([]string{"-db", db}, io.Discard)
	require.NoError(t, err)
	require.NoFileExists(t, db+"-master-key", "it is kept once the database is open")
	require.NoError(t, first.keepMasterKey())
	second, err = readSettings([]string{"-db", db}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, first.cfg.MasterKey, second.cfg.MasterKey)
	info, err := os.Stat(db + "-master-key")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	var out bytes.Buffer
	second.announce(&out, "http://localhost")
	require.NotContains(t, out.String(), second.cfg.MasterKey)
}

// A start that is refused leaves no key: the next one, with another file under the
// name, would take it for its own.
func TestARefusedStartKeepsNoMasterKey(t *testing.T) {
	db := filepath.Join(t.TempDir(), "foreign.db")
	require.NoError(t, os.WriteFile(db, []byte("this is no database, but a text of some length"), 0o600))
	require.Error(t, run(t.Context(), []string{"-addr", "127.0.0.1:0", "-db", db}, io.Discard, io.Discard))
	require.NoFileExists(t, db+masterKeySuffix)
}

// Whatever name a database is opened by, its key is the same.
func TestTheMasterKeyStandsBesideTheDatabaseNotALink(t *testing.T) {
	dir := t.TempDir()
	db, link := filepath.Join(dir, "audit.db"), filepath.Join(dir, "link.db")
	require.NoError(t, os.Symlink(db, link))
	for _, path := range []string{link, db, link} {
		printed, stop := serve(t, "-addr", "127.0.0.1:0", "-db", path)
		require.NoError(t, stop())
		require.Equal(t, "(in "+db+masterKeySuffix+")", printed["master key"], path)
	}
	require.NoFileExists(t, link+masterKeySuffix)
}
