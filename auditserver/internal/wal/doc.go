// Package wal reads the write-ahead log of an SQLite database: how far SQLite
// will read it, what stands behind a damaged place, and, in a record beside the
// database, how far it was known to be on the disk.
//
// SQLite stops at the first frame that does not fit and forgets the rest without
// a word. After a power cut that is right, because the rest was never synced.
// Where it was, acknowledged writes are gone, and only the record tells.
package wal
