package parse

import (
	"context"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// reasonMember is the member of a cloud context that holds the reason.
const reasonMember = "reason"

// WithCloudContext adds members to what the calls made with ctx tell the server's
// triggers and functions: they find it as their request's context (protocol
// section 1.1). It travels as JSON in a header, up to 14 KiB. Members that cannot
// be encoded, or are too large, make each call fail with an [*InputError].
func WithCloudContext(ctx context.Context, members map[string]any) context.Context {
	return transport.WithCloudContext(ctx, members)
}

// WithReason says why the writes made with ctx are made, in 1 to 1000 characters.
// It is the member "reason" of the cloud context, which an audit trail keeps.
func WithReason(ctx context.Context, text string) context.Context {
	return WithCloudContext(ctx, map[string]any{reasonMember: text})
}

// Reason is what WithReason has said, "" if nothing.
func Reason(ctx context.Context) string {
	text, _ := transport.CloudContext(ctx)[reasonMember].(string)
	return text
}
