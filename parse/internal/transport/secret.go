package transport

// Redacted stands in the place of every secret that is printed.
const Redacted = "[redacted]"

// Secret hides a credential from every kind of printing: fmt, JSON and
// debuggers that walk fields by reflection find a function, never its text.
type Secret struct{ reveal func() string }

// NewSecret hides s; "" gives the zero Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Value is the hidden text.
func (s Secret) Value() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty says that there is nothing to hide.
func (s Secret) Empty() bool { return s.reveal == nil }
