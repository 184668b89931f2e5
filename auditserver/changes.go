package auditserver

import "github.com/isoaudit/isoaudit-go/auditserver/internal/store"

// committed is told of every commit, in commit order: the feed of live queries.
// It must return quickly.
func (s *Server) committed(changes []store.Change) {
	for _, f := range s.onCommit {
		f(changes)
	}
}
