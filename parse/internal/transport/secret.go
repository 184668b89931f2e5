package transport

import "github.com/isoaudit/isoaudit-go/internal/wire"

// Redacted stands in the place of every secret that is printed.
const Redacted = wire.Redacted

// Secret hides a credential from every kind of printing. Package fmt, JSON encoders
// and others that walk fields by reflection find a function instead of the text.
type Secret struct{ reveal func() string }

// NewSecret hides s; "" gives the zero Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Value returns the hidden text.
func (s Secret) Value() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.reveal == nil }
