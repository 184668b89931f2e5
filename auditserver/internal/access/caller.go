package access

import (
	"slices"
	"strings"
	"time"
)

// Caller is who sent a request: the master key, a user or nobody.
type Caller struct {
	Master   bool // full access to data
	ReadOnly bool // with master: may not write
	Restores bool // with master: the maintenance key, which restores objects with their own times
	UserID   string
	Roles    []string            // "role:X", inherited ones included
	readers  []string            // "*", the user id and the roles: the names ACLs are searched for
	roles    map[string]struct{} // the same as Roles

	SessionID      string
	SessionToken   string // as the client sent it
	Expires        time.Time
	SessionChanged time.Time
}

// anonymousReaders are the readers of a caller without a session. They are shared,
// so nothing may append to them.
var anonymousReaders = []string{"*"}

// NewCaller is the caller with a user's session, or, without a user, nobody.
func NewCaller(userID string, roles []string) *Caller {
	if userID == "" {
		return &Caller{readers: anonymousReaders}
	}
	readers := append([]string{"*", userID}, roles...)
	c := &Caller{UserID: userID, Roles: roles, readers: slices.Clip(readers), roles: make(map[string]struct{}, len(roles))}
	for _, role := range roles {
		c.roles[role] = struct{}{}
	}
	return c
}

// ACLNames gives the names of which an ACL must let one read; nil means that the
// caller may read everything.
func (c *Caller) ACLNames() []string {
	if c.Master {
		return nil
	}
	return c.readers
}

func (c *Caller) hasRole(name string) bool {
	_, ok := c.roles["role:"+name]
	return ok
}

// is reports whether entity, a key of an ACL or of class permissions ("*", a
// user id, "role:X"), includes the caller.
func (c *Caller) is(entity string) bool {
	switch {
	case entity == "*":
		return true
	case strings.HasPrefix(entity, "role:"):
		_, ok := c.roles[entity]
		return ok
	}
	return c.UserID != "" && c.UserID == entity
}
