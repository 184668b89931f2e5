package store

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// integrity asks SQLite for what is wrong in a file; pragma is integrity_check or
// quick_check.
func integrity(c *conn, pragma string) ([]string, error) {
	var problems []string
	err := c.query(context.Background(), "PRAGMA "+pragma+"(20)", nil, func(v []driver.Value) (bool, error) {
		if text := fmt.Sprint(v[0]); text != "ok" {
			problems = append(problems, text)
		}
		return true, nil
	})
	return problems, err
}
