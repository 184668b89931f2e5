package follow

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
func (f *Follower) gather(raw *livequery.Event) {
	f.add(raw)
	if !f.Include {
		return
	}
	end := time.Now().Add(hydrationWindow)
	for len(f.batch) < hydrationSize {
		raw, err := f.receiveWithin(time.Until(end))
		if err != nil || raw == nil {
			break // an error comes again, after what came before it
		}
		if raw.Object == nil {
			f.held = raw // a gap: what came before it is delivered first
			break
		}
		f.add(raw)
	}
	f.bare = true
}

// hydrate fetches the included objects of the batch in one query. An object
// that cannot be found stays as the server sent it.
func (f *Follower) hydrate() error {
	var ids []string
	for _, e := range f.batch {
		if e.Kind.Present() {
			ids = appendNew(ids, e.Row.ID)
		}
	}
	if len(ids) == 0 {
		f.bare = false
		return nil
	}
	rows, err := f.byID(Ask{Anything: true}, ids)
	if err != nil {
		return err
	}
	f.bare = false
	latest := make(map[string]Row, len(rows))
	for _, row := range rows {
		latest[row.ID] = row
	}
	for i, e := range f.batch {
		row, found := latest[e.Row.ID]
		if found && e.Kind.Present() && !row.UpdatedAt.Before(e.Row.UpdatedAt) {
			f.batch[i].Row = row
		}
	}
	return nil
}
