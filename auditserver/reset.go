package auditserver

import (
	"context"
	"fmt"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// Reset empties the server, for tests that share one: all objects go, with users,
// sessions, members of roles, files, parameters and the audit trail. Classes, permissions,
// indexes and the roles themselves stay. Nothing of it is recorded, and no trigger runs.
//
// What is gone cannot be brought back. No request reaches it: only the program that runs
// the server can call it.
func (s *Server) Reset(ctx context.Context) error {
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.Clear("_Role") }); err != nil {
		return fmt.Errorf("auditserver: reset: %w", err)
	}
	s.sessions.ForgetAll()
	names, err := s.store.FileNames(ctx)
	if err != nil {
		return fmt.Errorf("auditserver: reset: %w", err)
	}
	for _, name := range names {
		if err := s.store.DeleteFile(ctx, name); err != nil {
			return fmt.Errorf("auditserver: reset: %w", err)
		}
	}
	return nil
}
