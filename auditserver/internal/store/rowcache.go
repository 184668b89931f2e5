package store

import (
	"hash/maphash"
	"sync"
)

// Bounds of a rowCache: 32 MiB of objects, of which one is at most a sixteenth of its
// shard.
const (
	rowShards    = 64
	maxShard     = 512 << 10
	maxCachedRow = maxShard / 16
)

// rowCache keeps objects that were read by their id, which saves a get 40 % of its
// work. It never has what is not on the disk, nor an object that a commit
// has changed since: whoever has seen the change never sees what was before.
type rowCache struct {
	seed   maphash.Seed
	shards [rowShards]rowShard
}

type rowShard struct {
	mu      sync.Mutex
	rows    map[rowKey]Row
	bytes   int
	changes uint64 // grows when a commit that changes the shard begins and when it ends: odd in between
}

type rowKey struct{ class, id string }

func newRowCache() *rowCache {
	c := &rowCache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].rows = map[rowKey]Row{}
	}
	return c
}

// look returns a kept object. If there is none, state is what keep needs once the object
// has been read.
func (c *rowCache) look(class, id string) (row Row, ok bool, state uint64) {
	key := rowKey{class, id}
	s := c.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok = s.rows[key]
	return row, ok, s.changes
}

// keep keeps an object that was read since look, unless a commit has changed the shard
// meanwhile: then it may be older than the commit. The key is the row's own: that of
// the caller may be a part of a long request, which would stay in memory with it.
func (c *rowCache) keep(row Row, state uint64) {
	key := rowKey{row.class, row.ID()}
	if size(key, row) > maxCachedRow {
		return
	}
	s := c.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == state && state%2 == 0 {
		s.forget(key) // somebody else may have been faster
		s.add(key, row)
	}
}

// during runs commit and has forgotten before what it changes; everything says that it
// changes the classes. One commit runs at a time.
func (c *rowCache) during(changes []Change, everything bool, commit func()) {
	var touched [rowShards]bool
	for _, each := range changes {
		switch each.Kind {
		case Updated, Deleted:
			key := rowKey{each.Class, each.Before.ID()}
			n := c.place(key)
			c.shards[n].change(!touched[n], func(s *rowShard) { s.forget(key) })
			touched[n] = true
		case Purged, Dropped:
			everything = true
		}
	}
	for n := range c.shards {
		if everything {
			c.shards[n].change(!touched[n], (*rowShard).forgetAll)
			touched[n] = true
		}
	}
	commit()
	for n := range c.shards {
		if touched[n] {
			c.shards[n].change(true, func(*rowShard) {})
		}
	}
}

// change changes a shard, and counts that if it is to be counted.
func (s *rowShard) change(counted bool, how func(*rowShard)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if counted {
		s.changes++
	}
	how(s)
}

func (c *rowCache) place(key rowKey) uint64 { return maphash.Comparable(c.seed, key) % rowShards }

func (c *rowCache) shard(key rowKey) *rowShard { return &c.shards[c.place(key)] }

// add makes room for an object. Which ones go is left to chance.
func (s *rowShard) add(key rowKey, row Row) {
	for other := range s.rows {
		if s.bytes+size(key, row) <= maxShard {
			break
		}
		s.forget(other)
	}
	s.rows[key] = row
	s.bytes += size(key, row)
}

func (s *rowShard) forget(key rowKey) {
	if row, ok := s.rows[key]; ok {
		delete(s.rows, key)
		s.bytes -= size(key, row)
	}
}

func (s *rowShard) forgetAll() {
	clear(s.rows)
	s.bytes = 0
}

// size is about what an object takes.
func size(key rowKey, row Row) int { return len(key.id) + len(row.doc) + 2*rowSize }
