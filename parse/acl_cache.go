package parse

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse/internal/rows"
)

// aclCache remembers the last few ACLs that were read, with their text: nearly
// all objects of a class have the same one, and reading it again each time would
// be a quarter of the work on a page.
type aclCache struct{ seen atomic.Pointer[[]seenACL] }

type seenACL struct {
	text string
	acl  ACL // never given out, only copies of it
}

const (
	maxSeenACLs    = 8
	maxSeenACLText = 1 << 10 // bytes
)

func (c *aclCache) read(dec *jsontext.Decoder, acl *ACL) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return c.decode(raw, acl)
}

// readFast is read for what a server usually writes.
func (c *aclCache) readFast(s *rows.Scanner, acl *ACL) bool {
	for _, known := range c.known() {
		if s.Take(known.text) {
			*acl = maps.Clone(known.acl)
			return true
		}
	}
	raw, ok := s.Value()
	return ok && raw.Kind() == '{' && c.decode(raw, acl) == nil
}

func (c *aclCache) known() []seenACL {
	if list := c.seen.Load(); list != nil {
		return *list
	}
	return nil
}

func (c *aclCache) decode(raw jsontext.Value, acl *ACL) error {
	seen := c.known()
	for i := range seen {
		if seen[i].text == string(raw) {
			*acl = maps.Clone(seen[i].acl)
			return nil
		}
	}
	var subjects map[Subject]Access
	if err := json.Unmarshal(raw, &subjects, wire.Tolerant()); err != nil {
		return &wire.TypeError{Want: "an ACL", Found: wire.Describe(raw)}
	}
	*acl = subjects
	if len(raw) <= maxSeenACLText {
		oldest := max(len(seen)-maxSeenACLs+1, 0)
		kept := append(slices.Clone(seen[oldest:]), seenACL{string(raw), maps.Clone(*acl)})
		c.seen.Store(&kept)
	}
	return nil
}
