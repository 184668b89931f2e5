package parse

import (
	"context"
	"net/http"
	"net/url"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// IfUnchangedSince makes an Update or Apply depend on nobody having changed the object
// since it was read; otherwise nothing is changed and the error is [ErrStaleWrite].
// Only the ObjectID and UpdatedAt of read are looked at.
//
// The protocol has no conditional update. The client asks for the object's time before
// it sends the change, and tells it to the server, too. auditserver compares it in the
// transaction of the write, so of two writers one is refused. A Parse Server with this
// project's Cloud Code compares it in beforeSave: two writes within the same few
// milliseconds may both pass. On any other server there is only the client's question,
// and a write between that and its own is lost.
//
// An item of a batch cannot depend on this.
func IfUnchangedSince[T any, P Entity[T]](read *T) Change[T] {
	ch := change{field: "updatedAt", op: opUnchanged}
	switch {
	case read == nil:
		ch.mistake = "IfUnchangedSince: the object is nil"
	case object(read).ObjectID == "" || object(read).UpdatedAt.IsZero():
		ch.mistake = "IfUnchangedSince: the object has no ObjectID or no UpdatedAt: give one that was read"
	default:
		ch.value = version{object(read).ObjectID, object(read).UpdatedAt}
	}
	return Change[T]{change: ch}
}

// requireUnchanged asks the server whether the object of an update is still what the
// update depends on.
func (c *Collection[T]) requireUnchanged(ctx context.Context, update transport.Call) error {
	if update.Err != nil || update.Told == nil {
		return nil
	}
	call := c.call("Update", http.MethodGet, update.ObjectID)
	call.Safety, call.Query, call.Needs = transport.SafeRead, url.Values{"keys": {"updatedAt"}}, []string{"updatedAt"}
	var stored struct {
		UpdatedAt string `json:"updatedAt"`
	}
	if err := c.do(ctx, call, &stored); err != nil || stored.UpdatedAt == update.Told[unchangedMember] {
		return err
	}
	return &Error{
		Code: ErrStaleWrite, HTTPStatus: http.StatusOK, Attempts: 1, Op: update.Op, Class: c.class, ObjectID: update.ObjectID,
		Message: "the object was changed at " + stored.UpdatedAt + ", after it was read: read it again",
	}
}
