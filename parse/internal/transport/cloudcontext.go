package transport

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"unicode/utf16"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxCloudContext bounds the header: servers refuse requests whose headers are
// larger than 16 KiB.
const maxCloudContext = 14 << 10

// ErrCloudContextTooLarge is a cloud context that no server would take.
var ErrCloudContextTooLarge = errors.New("is larger than 14 KiB as JSON in ASCII, and travels in a header")

type cloudContextKey struct{}

// WithCloudContext adds members to the cloud context of the calls made with ctx.
func WithCloudContext(ctx context.Context, members map[string]any) context.Context {
	merged := maps.Clone(CloudContext(ctx))
	if merged == nil {
		merged = make(map[string]any, len(members))
	}
	maps.Copy(merged, members)
	return context.WithValue(ctx, cloudContextKey{}, merged)
}

// CloudContext is what WithCloudContext has added, nil if nothing. It must not be
// changed.
func CloudContext(ctx context.Context) map[string]any {
	members, _ := ctx.Value(cloudContextKey{}).(map[string]any)
	return members
}

// cloudContextHeader writes the cloud context for a header: an object in ASCII.
func cloudContextHeader(ctx context.Context) (string, error) {
	members := CloudContext(ctx)
	if members == nil {
		return "", nil
	}
	text, err := json.Marshal(members, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return "", fmt.Errorf("cannot be encoded: %w", err)
	}
	var header []byte
	for _, r := range string(text) {
		switch {
		case r < 0x7f:
			header = append(header, byte(r))
		case r < 0x10000:
			header = fmt.Appendf(header, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			header = fmt.Appendf(header, `\u%04x\u%04x`, high, low)
		}
		if len(header) > maxCloudContext {
			return "", ErrCloudContextTooLarge
		}
	}
	return string(header), nil
}
