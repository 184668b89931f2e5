package audittest

import "context"

// Reset makes the server as new in milliseconds: without objects, auditors, files and
// history, with its classes, permissions and roles, and without faults. Logins of before
// are of nobody. What the test registered on Backend stays.
func (s *Server) Reset() {
	s.tb.Helper()
	s.Faults.Clear()
	s.cast.mu.Lock()
	s.cast.with = nil
	s.cast.mu.Unlock()
	s.must("resetting the server", func(ctx context.Context) error { return s.Backend.Reset(ctx) })
}
