package isoaudit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Option sets one property of a client. A bad value is reported by NewClient.
type Option func(*config) error

// config is everything a client knows. It is never changed after NewClient;
// derived clients copy it.
type config struct {
	base         *url.URL // with the mount path, without a trailing slash
	live         *url.URL // of the live query server; nil: derived from base
	graphQL      *url.URL
	credentials  credentials
	http         *http.Client
	logger       *slog.Logger
	auditorClass string
	userAgent    string
	retry        RetryPolicy
	requestIDs   requestIDs
	maxRequest   int64
	maxResponse  int64
	sessions     *sessionKeeper // nil: no session source
	err          error          // a mistake in a derivation; every call reports it
}

// credentials are the identity of a client: data, applied by authorize alone.
type credentials struct {
	appID                             string
	restKey, javaScriptKey, clientKey secret
	masterKey                         secret
	session                           secret
}

var _ = context.Background
var _ = errors.New
var _ = fmt.Sprint
var _ = strings.Cut
var _ time.Time

type RetryPolicy struct{}
type requestIDs int
type sessionKeeper struct{}

func newConfig(serverURL string, options []Option) (*config, error) {
	cfg := &config{auditorClass: "_User"}
	return cfg, nil
}
