package store

import (
	"errors"
	"fmt"
	"slices"
)

// formatVersion is the layout of the file this code reads and writes.
const formatVersion = 1

// prepareFile makes the tables of a new file. One that is not ours is left as
// it is.
func prepareFile(c *conn) error {
	ours, err := inspectFile(c)
	if err != nil {
		return err
	}
	prepare := []string{"PRAGMA journal_mode(WAL)"}
	if !ours {
		prepare = slices.Concat(prepare, []string{"BEGIN IMMEDIATE"}, systemTables[:], []string{fmt.Sprintf("PRAGMA user_version=%d", formatVersion), "COMMIT"})
	}
	for _, sql := range prepare {
		if _, err := c.exec(sql); err != nil {
			return fmt.Errorf("store: prepare the file: %w", err)
		}
	}
	return nil
}

// inspectFile tells a file of ours from a new one; any other is an error.
func inspectFile(c *conn) (ours bool, err error) {
	row, err := c.queryRow("PRAGMA user_version")
	if err != nil {
		return false, fmt.Errorf("store: open: %w", err)
	}
	switch version := row[0].(int64); version {
	case formatVersion:
		return true, nil
	case 0:
	default:
		return false, fmt.Errorf("store: the file has format %d; this program reads format %d", version, formatVersion)
	}
	table, err := c.queryRow("SELECT 1 FROM sqlite_master LIMIT 1")
	if err != nil {
		return false, fmt.Errorf("store: open: %w", err)
	}
	if table != nil {
		return false, errors.New("store: the file is a database of another program")
	}
	return false, nil
}

// systemTables are made in a new file.
var systemTables = [...]string{
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID",
	"INSERT INTO meta(key, value) VALUES('number', 0)",
	"CREATE TABLE classes(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, record BLOB NOT NULL)",
	"CREATE TABLE acls(id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE)",
	"CREATE TABLE acl_readers(principal TEXT NOT NULL, acl INTEGER NOT NULL, PRIMARY KEY(acl, principal)) WITHOUT ROWID",
	"CREATE INDEX acl_readers_principal ON acl_readers(principal, acl)",
	"CREATE TABLE keyvalues(bucket TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, expires INTEGER, PRIMARY KEY(bucket, key)) WITHOUT ROWID",
	"CREATE INDEX keyvalues_expires ON keyvalues(expires) WHERE expires IS NOT NULL",
	"CREATE TABLE files(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL, size INTEGER, created INTEGER NOT NULL, metadata BLOB)",
	"CREATE TABLE file_parts(file INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(file, part))",
}
