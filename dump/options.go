package dump

import "slices"

// Options are what a dump and its restoring may differ in. The zero value is everything.
type Options struct {
	// Classes are the classes whose rows are copied; none means all. What other
	// classes the rows point to is then left dangling.
	Classes []string

	// Progress is called, if set, now and then, from one goroutine. It must not block.
	Progress func(Progress)

	// Journal is the file in which Restore keeps what it has done, so that it can be
	// resumed; "" is restore.jsonl in the folder of the dump. It belongs to one
	// application: use another one for another. Write has no use for it.
	Journal string

	// NewTimes lets Restore go on where the server keeps no times: createdAt and
	// updatedAt are those of the restoring then.
	NewTimes bool

	partRows int // for tests; 0: partRows
}

// Progress is how far a dump or its restoring has come.
type Progress struct {
	Class string // whose rows are copied
	Rows  int    // copied so far, of all classes; of an earlier call too
	Total int    // rows of the whole dump; 0: not known
	Files int    // copied by this call
}

func (o *Options) tell(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// wants tells whether the rows of a class are asked for.
func (o *Options) wants(class string) bool {
	return len(o.Classes) == 0 || slices.Contains(o.Classes, class)
}
