package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/isoaudit/isoaudit-go/schema"
)

// Equal ACLs are stored once (table acls), with the principals who may read
// (table acl_readers); rows carry the number of their ACL, which never changes
// its meaning.

// fewACLs is up to how many readable ACLs are listed in a query. With more of
// them each row looks its own ACL up.
const fewACLs = 32

// internACL returns the number of an ACL, storing it if it is new.
func (tx *Tx) internACL(acl map[string]schema.Access, body []byte) (int64, error) {
	if id, ok := tx.s.acls.known.Load(string(body)); ok {
		return id.(int64), nil
	}
	if id, ok := tx.newACLs[string(body)]; ok {
		return id, nil
	}
	row, err := tx.c.queryRow("SELECT id FROM acls WHERE body=?", string(body))
	if err != nil {
		return 0, err
	}
	if row == nil {
		if row, err = tx.returning("INSERT INTO acls(body) VALUES(?) RETURNING id", string(body)); err != nil {
			return 0, err
		}
		for who, a := range acl {
			if a.Read {
				if _, err := tx.exec("INSERT INTO acl_readers(principal, acl) VALUES(?, ?)", who, row[0]); err != nil {
					return 0, err
				}
			}
		}
	}
	tx.newACLs[string(body)] = row[0].(int64)
	tx.added = append(tx.added, string(body))
	return row[0].(int64), nil
}

// aclCache remembers numbers of committed ACLs, and which of them a set of
// readers may read.
type aclCache struct {
	version  atomic.Int64 // grows with the ACLs that commits add
	known    sync.Map     // body to number
	mu       sync.Mutex
	readable map[string]readableACLs // by keyOf
}

type readableACLs struct {
	version int64
	ids     []any
	few     bool
}

// maxCached bounds the cached sets of readers, and the known ACLs.
const maxCached = 10_000

// committed takes over what a commit has added.
func (a *aclCache) committed(added map[string]int64) {
	if len(added) == 0 {
		return
	}
	more := int64(len(added))
	if version := a.version.Add(more); version/maxCached != (version-more)/maxCached {
		a.known.Clear()
	}
	for body, id := range added {
		a.known.Store(body, id)
	}
}

// lookup returns the ACLs that readers may read. The version is taken before
// the caller's read begins, so a write it was told of is never missed.
func (a *aclCache) lookup(ctx context.Context, c *conn, readers []string) (readableACLs, error) {
	version := a.version.Load()
	key := keyOf(readers)
	a.mu.Lock()
	r, ok := a.readable[key]
	a.mu.Unlock()
	if ok && r.version == version {
		return r, nil
	}
	r, err := readACLs(ctx, c, readers)
	if err != nil {
		return r, err
	}
	r.version = version
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.readable == nil || len(a.readable) >= maxCached {
		a.readable = map[string]readableACLs{}
	}
	a.readable[key] = r
	return r, nil
}

// keyOf is different for different readers. Names of roles and ids may hold any
// character, so each stands behind its length.
func keyOf(readers []string) string {
	key := make([]byte, 0, 256)
	for _, who := range readers {
		key = append(binary.AppendUvarint(key, uint64(len(who))), who...)
	}
	return string(key)
}

// readACLs asks the database which ACLs readers may read.
func readACLs(ctx context.Context, c *conn, readers []string) (readableACLs, error) {
	r := readableACLs{few: true}
	for _, who := range readers {
		err := c.query(ctx, "SELECT acl FROM acl_readers WHERE principal=? LIMIT ?", []any{who, int64(fewACLs + 1)}, func(v []driver.Value) (bool, error) {
			if !slices.Contains(r.ids, any(v[0])) {
				r.ids = append(r.ids, v[0])
			}
			return true, nil
		})
		if err != nil {
			return r, err
		}
		if len(r.ids) > fewACLs {
			return readableACLs{}, nil
		}
	}
	return r, nil
}
