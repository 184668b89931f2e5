package livequery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Config is where to connect, as whom, and with which limits. Zero durations and
// sizes mean the defaults named beside them.
type Config struct {
	// URL of the Live Query endpoint, with scheme ws, wss, http or https.
	// Parse Server accepts any path on its HTTP port.
	URL string

	// HTTPClient dials. Its Timeout limits only the handshake. Nil: http.DefaultClient.
	HTTPClient *http.Client

	// Credentials are sent in the connect frame.
	Credentials Credentials

	// Session returns the session token to subscribe with, or "" for none.
	// It is asked once for each connection, and again with the token that the
	// server refused. If a source returns the same token again, the token is taken
	// for valid and the refusal for a failure of the server to look it up; a
	// subscription that is refused all the same ends after half a minute. An error makes the client
	// reconnect and ask again, unless it is marked Permanent; so does a source
	// that takes longer than five minutes. Nil: no session.
	Session func(ctx context.Context, rejected string) (string, error)

	PingInterval time.Duration // between own pings; 15 s
	PingTimeout  time.Duration // for the pong; 10 s

	// ServerPingGap is how long a server that pings may stay silent before the
	// connection counts as dead; 25 s (Parse Server pings every 10 s).
	ServerPingGap time.Duration

	ReplyTimeout time.Duration // for the handshake, connected, subscribed and unsubscribed; 15 s
	MinBackoff   time.Duration // before the first reconnect, jittered by half; 250 ms
	MaxBackoff   time.Duration // 30 s; a server that refuses the handshake may ask for up to 5 minutes (Retry-After)

	ReadLimit  int64 // bytes of one message; 16 MiB. A larger one ends the connection, and the stream has a mark for that.
	QueueSize  int   // events kept for each subscription; 1024
	QueueBytes int   // bytes kept for each subscription; 16 MiB

	Logger *slog.Logger // nil: silent
}

// Credentials identify the application to the server. Keys that are empty are
// not sent. The server checks keys only where its operator configured
// keyPairs, and honours the master key only if it is listed there (protocol
// section 8.3).
type Credentials struct {
	ApplicationID  string
	RESTKey        Secret
	JavaScriptKey  Secret
	ClientKey      Secret
	WindowsKey     Secret
	MasterKey      Secret
	InstallationID string
}

// Secret is a text that never appears in logs, errors or formatted values.
type Secret string

// Format writes a placeholder for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.redacted()) }

// MarshalText returns a placeholder: a secret is sent only on purpose.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.redacted()), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.redacted()) }

func (s Secret) redacted() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

func (cfg Config) withDefaults() (Config, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" {
		return cfg, errors.New("livequery: URL must be absolute, such as wss://host/parse")
	}
	switch u.Scheme {
	case "ws", "wss", "http", "https":
	default:
		return cfg, fmt.Errorf("livequery: URL has scheme %q, want ws, wss, http or https", u.Scheme)
	}
	if u.User != nil {
		return cfg, errors.New("livequery: URL must not carry a user name or password")
	}
	if cfg.Credentials.ApplicationID == "" {
		return cfg, errors.New("livequery: Credentials.ApplicationID is empty")
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		or    time.Duration
	}{
		{"PingInterval", &cfg.PingInterval, 15 * time.Second},
		{"PingTimeout", &cfg.PingTimeout, 10 * time.Second},
		{"ServerPingGap", &cfg.ServerPingGap, 25 * time.Second},
		{"ReplyTimeout", &cfg.ReplyTimeout, 15 * time.Second},
		{"MinBackoff", &cfg.MinBackoff, 250 * time.Millisecond},
		{"MaxBackoff", &cfg.MaxBackoff, 30 * time.Second},
	} {
		if *d.value < 0 {
			return cfg, fmt.Errorf("livequery: %s is negative", d.name)
		}
		if *d.value == 0 {
			*d.value = d.or
		}
	}
	if cfg.ReadLimit < 0 || cfg.QueueSize < 0 || cfg.QueueBytes < 0 {
		return cfg, errors.New("livequery: ReadLimit, QueueSize and QueueBytes must not be negative")
	}
	if cfg.ReadLimit == 0 {
		cfg.ReadLimit = 16 << 20
	}
	if cfg.QueueSize == 0 {
		cfg.QueueSize = 1024
	}
	if cfg.QueueBytes == 0 {
		cfg.QueueBytes = 16 << 20
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = http.DefaultClient
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}
