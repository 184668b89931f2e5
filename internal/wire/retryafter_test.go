package wire_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Who is asked to wait for longer than can be counted does not go on at once.
func TestRetryAfter(t *testing.T) {
	for text, least := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-7": 0, "soon": 0, "1.5": 0,
		"2147483648": 60 * 365 * 24 * time.Hour, "99999999999999999999": 60 * 365 * 24 * time.Hour, "-99999999999999999999": 0,
		"Fri, 31 Dec 9999 23:59:59 GMT": 60 * 365 * 24 * time.Hour, "Fri, 31 Dec 1999 23:59:59 GMT": 0,
	} {
		got := wire.RetryAfter(http.Header{"Retry-After": {text}})
		require.GreaterOrEqual(t, got, least, text)
		if least < time.Hour {
			require.Equal(t, least, got, text)
		}
	}
}
