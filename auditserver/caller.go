package auditserver

import (
	"slices"
	"strings"
	"time"
)

// caller is who sent a request: the master key, a user or nobody.
type caller struct {
	master   bool // full access to data
	readOnly bool // with master: may not write
	userID   string
	roles    []string // "role:X", inherited ones included
	readers  []string // "*", the user id and the roles: the names ACLs are searched for

	sessionID    string
	sessionToken string // as the client sent it
	expires      time.Time
}

// anonymous is the caller without a session. Nothing may append to its readers.
var anonymousReaders = []string{"*"}

func newCaller(userID string, roles []string) *caller {
	if userID == "" {
		return &caller{readers: anonymousReaders}
	}
	readers := append([]string{"*", userID}, roles...)
	return &caller{userID: userID, roles: roles, readers: slices.Clip(readers)}
}

// acl gives the names to filter ACLs by; nil means no filter.
func (c *caller) acl() []string {
	if c.master {
		return nil
	}
	return c.readers
}

func (c *caller) hasRole(name string) bool {
	return slices.Contains(c.roles, "role:"+name)
}

// is reports whether entity, a key of an ACL or of class permissions ("*", a
// user id, "role:X"), includes the caller.
func (c *caller) is(entity string) bool {
	switch {
	case entity == "*":
		return true
	case strings.HasPrefix(entity, "role:"):
		return slices.Contains(c.roles, entity)
	}
	return c.userID != "" && c.userID == entity
}
