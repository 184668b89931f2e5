package isoaudit

import (
	"context"
	"errors"
	"time"

	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// Meaning is what somebody signs a record for. Servers keep any text of 1 to 100
// characters.
type Meaning string

// The usual meanings.
const (
	MeaningAuthored Meaning = "authored"
	MeaningReviewed Meaning = "reviewed"
	MeaningApproved Meaning = "approved"
	MeaningVerified Meaning = "verified"
)

// Signature is an event of the audit trail by which somebody has signed a record.
type Signature struct {
	ObjectID string    `json:"objectId"` // of the event's row
	Event    string    `json:"event"`    // its identifier
	At       time.Time `json:"at"`
}

// Sign puts the caller's signature under what the audit trail says of a record so
// far. The password is asked for again: this logs in, signs in the new session and
// logs out; the password goes to the log-in alone and is nowhere in the trail.
// [parse.WithReason] adds a reason.
//
// Errors: [parse.ErrObjectNotFound] for a wrong password, and for a record that the
// caller may not read; [parse.ErrValidation] for a meaning that is too long, and for a
// record that the trail does not know yet; [*PolicyError] for a reason too long.
func (c *Client) Sign(ctx context.Context, of parse.Reference, meaning Meaning, password string) (Signature, error) {
	const op = "Client.Sign"
	record, err := c.record(op, of)
	if err != nil {
		return Signature{}, err
	}
	if meaning == "" {
		return Signature{}, badInput(op, record.Class, "meaning", "is empty: say what is signed for, such as MeaningApproved")
	}
	me, err := c.CurrentAuditor(ctx)
	if err != nil {
		return Signature{}, err
	}
	session, err := c.Anonymous().LogIn(ctx, me.Username, password)
	if err != nil {
		return Signature{}, err
	}
	fresh := c.As(session)
	signature, err := parse.Call[Signature](ctx, fresh, "isoauditSign", map[string]any{"class": record.Class, "record": record.ID, "meaning": meaning})
	return signature, errors.Join(err, endSession(ctx, fresh))
}

// endSession logs out, also where ctx has ended meanwhile.
func endSession(ctx context.Context, c *Client) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logOutPatience)
	defer cancel()
	return c.LogOut(ctx)
}

const logOutPatience = 10 * time.Second

// TrailReasons stands for the reasons of events among the columns that [Admin.Redact]
// takes out.
const TrailReasons = event.ReasonName

// Redact takes the values of columns out of all events that the audit trail has of a
// record, for personal data that must not be kept; with [TrailReasons] their reasons
// too. If of points to a row of the trail, it is that event alone. The hashes stay, so
// that the trail still proves the rest; each event that lost values is followed by one
// that says so, with the reason, which is required ([parse.WithReason]; a [*PolicyError]
// without). The record itself stays as it is.
//
// It returns how many events lost values. Events that cannot be read stay as they are,
// evidence of whatever was done to them, while the others are redacted: the error then
// names each ([*event.Damage], by errors.As).
func (a *Admin) Redact(ctx context.Context, of parse.Reference, columns ...string) (int, error) {
	const op = "Admin.Redact"
	if a == nil {
		return 0, badInput(op, "", "", "the admin is nil: use NewAdmin")
	}
	record, err := a.record(op, of)
	if err != nil {
		return 0, err
	}
	if len(columns) == 0 {
		return 0, badInput(op, record.Class, "columns", "are none: name what is to be taken out")
	}
	answer, err := parse.Call[struct {
		Redacted   int `json:"redacted"`
		Unreadable []struct {
			Row   string `json:"row"`
			Event string `json:"event"`
			What  string `json:"what"`
		} `json:"unreadable"`
	}](ctx, a.engine().Client(), "isoauditRedact", map[string]any{"class": record.Class, "record": record.ID, "columns": columns})
	for _, u := range answer.Unreadable {
		err = errors.Join(err, &event.Damage{Row: u.Row, Event: u.Event, What: u.What})
	}
	return answer.Redacted, err
}
