package registers

import "time"

// Options are how an import or export is made. The zero value imports, takes only dates
// that can be read in one way, and reports no progress.
type Options struct {
	DryRun   bool           // check only: an import sends nothing
	Dates    DateOrder      // how 03/04/2026 is meant
	Zone     *time.Location // where an instant that is not midnight UTC has its day; nil is UTC
	MaxRows  int            // of a table; default 100,000
	Progress func(Progress) // called after each page of rows
}

// Progress is how far an import or export has come.
type Progress struct {
	Register string
	Phase    Phase
	Rows     int // done so far
	Of       int // 0 where it is not known yet
}

// Phase is what is being done.
type Phase string

// The phases. An import checks every table before it sends the first.
const (
	Exporting Phase = "exporting"
	Checking  Phase = "checking"
	Sending   Phase = "sending"
)

const (
	pageRows       = 100     // rows that are looked up and sent together, at most
	pageBytes      = 2 << 20 // of their texts, at most: in JSON, even with every character escaped, they are less than a server takes
	maxRowBytes    = 1 << 20 // of the texts of a row
	defaultMaxRows = 100_000
)

func (o Options) report(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

func (o Options) maxRows() int {
	if o.MaxRows > 0 {
		return o.MaxRows
	}
	return defaultMaxRows
}
