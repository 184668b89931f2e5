package live

import "sync"

// Bounds of what waits for delivery.
const (
	backlogChanges = 20_000
	backlogBytes   = 64 << 20
)

// backlog holds the commits that wait for delivery. Pushing never blocks: beyond its
// bounds everything that waits is dropped, and the one who pops is told.
type backlog struct {
	ready chan struct{}

	mu      sync.Mutex
	commits []commit
	head    int
	changes int
	bytes   int
	dropped bool
}

func newBacklog() backlog { return backlog{ready: make(chan struct{}, 1)} }

func (b *backlog) push(c commit) {
	b.mu.Lock()
	b.commits = append(b.commits, c)
	b.changes += len(c.changes)
	b.bytes += c.size()
	if b.changes > backlogChanges || b.bytes > backlogBytes {
		b.commits, b.head, b.changes, b.bytes, b.dropped = nil, 0, 0, 0, true
	}
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// pop gives the oldest commit, and whether some were dropped since the last pop.
func (b *backlog) pop() (c commit, dropped, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	dropped, b.dropped = b.dropped, false
	if b.head == len(b.commits) {
		b.commits, b.head = b.commits[:0], 0
		return commit{}, dropped, false
	}
	c = b.commits[b.head]
	b.commits[b.head] = commit{}
	b.head++
	b.changes -= len(c.changes)
	b.bytes -= c.size()
	return c, dropped, true
}

// size is about what a commit takes.
func (c *commit) size() int {
	n := 0
	for _, change := range c.changes {
		n += len(change.Before.JSON()) + len(change.After.JSON())
	}
	return n
}

// len is how many commits wait.
func (b *backlog) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.commits) - b.head
}
