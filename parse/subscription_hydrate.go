package parse

import (
	"time"

	"github.com/isoaudit/isoaudit-go/livequery"
)

const (
	// hydrationWindow is how long events wait for others whose included
	// objects can be fetched with them; hydrationSize how many share a query.
	hydrationWindow = 20 * time.Millisecond
	hydrationSize   = 100
)

// gather puts raw and, where included objects are to be fetched, what comes
// shortly after it, into the batch.
func (s *Subscription[T]) gather(raw *livequery.Event) error {
	if err := s.add(raw); err != nil || len(s.query.include) == 0 {
		return err
	}
	end := time.Now().Add(hydrationWindow)
	for len(s.batch) < hydrationSize {
		raw, err := s.receiveWithin(time.Until(end))
		if err != nil || raw == nil {
			break // an error comes again, after what came before it
		}
		if raw.Object == nil {
			s.held = raw // a gap: what came before it is delivered first
			break
		}
		if err := s.add(raw); err != nil {
			return err
		}
	}
	s.bare = true
	return nil
}

// hydrate fetches the included objects of the batch in one query. An object
// that cannot be found stays as the server sent it.
func (s *Subscription[T]) hydrate() error {
	var ids []string
	for _, e := range s.batch {
		if e.Kind.Present() {
			ids = appendNew(ids, object(e.Object).ObjectID)
		}
	}
	if len(ids) == 0 {
		s.bare = false
		return nil
	}
	whole := Query[T]{collection: s.query.collection, keys: s.query.keys, include: s.query.include}
	rows, err := s.byID(whole, ids)
	if err != nil {
		return err
	}
	s.bare = false
	latest := make(map[string]*T, len(rows))
	for _, row := range rows {
		latest[object(row).ObjectID] = row
	}
	for i, e := range s.batch {
		row := latest[object(e.Object).ObjectID]
		if row != nil && e.Kind.Present() && !object(row).UpdatedAt.Before(object(e.Object).UpdatedAt) {
			s.batch[i].Object = row
		}
	}
	return nil
}
