package isoaudit

import (
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
)

// SessionRecord is a session as the server keeps it; the token is not in it.
// Without the master key, only the caller's own sessions are found. Deleting one
// logs that device out.
type SessionRecord struct {
	parse.Object
	Auditor        Pointer[Auditor] `json:"user,omitzero"`
	ExpiresAt      time.Time        `json:"expiresAt,omitzero"` // UTC
	CreatedWith    SessionOrigin    `json:"createdWith,omitzero"`
	InstallationID string           `json:"installationId,omitzero"`
}

// SessionOrigin says how a session came about.
type SessionOrigin struct {
	Action       string `json:"action"`       // "login", "signup", "create" ...
	AuthProvider string `json:"authProvider"` // "password", "masterkey" ...
}

// sessionClass is Parse Server's own class of sessions.
const sessionClass = "_Session"

// SessionFieldSet are the columns of SessionRecord.
type SessionFieldSet struct {
	parse.ObjectFieldSet[SessionRecord]
	Auditor   parse.PointerField[SessionRecord, Auditor]
	ExpiresAt parse.TimeField[SessionRecord]
}

// SessionFields are the columns of SessionRecord.
var SessionFields = SessionFieldSet{
	ObjectFieldSet: parse.ObjectFieldsOf[SessionRecord](),
	Auditor:        parse.NewPointerField[SessionRecord, Auditor]("user"),
	ExpiresAt:      parse.NewTimeField[SessionRecord]("expiresAt"),
}
