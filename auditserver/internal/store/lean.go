package store

import "github.com/isoaudit/isoaudit-go/schema"

// lean are the classes of which every write of another class adds an object, so that
// each column and index of theirs is paid for by all writes.
var lean = map[string]leanClass{
	schema.TrailClass: {
		unstored: map[string]bool{"entry": true, "values": true},
		bare:     map[string]bool{"actor": true, "updatedAt": true},
	},
}

// leanClass says what a class does without. Whoever asks for it all the same gets
// the right answer more slowly.
type leanClass struct {
	unstored map[string]bool // fields that are only in the document: long texts that nobody compares
	bare     map[string]bool // fields without the index that others of their kind have
}
