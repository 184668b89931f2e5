package store

import "database/sql/driver"

// blobOf is the content of a BLOB column. A program beside the server may have left a text
// in it, as SQLite's own functions on texts do; it has the same bytes.
func blobOf(v driver.Value) []byte {
	switch v := v.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}
