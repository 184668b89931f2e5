package live

// Stats are numbers for whoever operates the server.
type Stats struct {
	Connections   int
	Subscriptions int
	Waiting       int // commits that wait for delivery
}

// Stats gives the numbers of now.
func (l *Hub) Stats() Stats {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := Stats{Connections: int(l.connections.Load()), Waiting: l.commits.len()}
	for _, v := range l.viewers {
		s.Subscriptions += len(v.subs)
	}
	return s
}
