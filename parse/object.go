package parse

import "time"

// Object is what every stored object has. A struct that embeds it can be the
// type of a Collection; it may embed another such struct instead.
//
// Times are in UTC and whole milliseconds. ObjectID, CreatedAt and UpdatedAt
// are set by the server and filled by Create and by every read.
type Object struct {
	ObjectID  string    `json:"objectId,omitzero"`
	CreatedAt time.Time `json:"createdAt,omitzero"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
	ACL       ACL       `json:"ACL,omitzero"` // nil: not sent; the class's default applies
}

func (o *Object) base() *Object { return o }

// ObjectOf gives the Object inside e.
func ObjectOf(e Stored) *Object { return e.base() }

// Stored is a pointer to any struct that embeds Object.
type Stored interface{ base() *Object }

// alwaysFilled are the columns that the server fills in every row.
func alwaysFilled(column string) bool {
	return column == "objectId" || column == "createdAt" || column == "updatedAt"
}
