package store

// ChangeKind tells what happened to an object.
type ChangeKind int

// What a Change can be. The first three are of one object each.
const (
	Created ChangeKind = iota + 1
	Updated
	Deleted
	Related // members of a relation were added or removed
	Purged  // all objects of a class are gone
	Dropped // columns of a class are gone, or the class
)

// Change is what a commit has written: one object, or what concerns a whole class.
type Change struct {
	Kind          ChangeKind
	Class         string
	Before, After Row    // zero where there is none
	Cause         string // Object.Cause
	ChosenID      bool   // of Created: the id was given, so there may have been such an object before
	Restored      bool   // of Created: Object.Restored

	ID, Field string   // of Related: the owner and the relation
	Members   []string // of Related: who came or went
	Removed   bool     // of Related: they went
	Columns   []string // of Dropped: sorted; none if the class itself is gone
}

// OfObject tells whether the change is of one object as a whole, with its row before
// or after.
func (c Change) OfObject() bool { return c.Kind == Created || c.Kind == Updated || c.Kind == Deleted }
