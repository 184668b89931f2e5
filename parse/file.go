package parse

import (
	"github.com/isoaudit/isoaudit-go/schema"
)

// File is a column's reference to a stored file. Upload makes one; it is kept
// by saving it in an object. Name is the server's own, with a random prefix.
type File struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// ParseColumn implements [schema.Columned].
func (File) ParseColumn() schema.Field { return schema.Field{Type: schema.File} }
