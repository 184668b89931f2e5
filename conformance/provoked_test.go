package conformance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// unprovoked says why no behaviour of the suite provokes a code; every other
// code of the table is provoked.
var unprovoked = map[int]string{
	wire.CodeMissingObjectID:      "needs allowCustomObjectId; the servers of the suite give the ids",
	wire.CodeCommandUnavailable:   "MongoDB's; PostgreSQL's answer to an unknown operation is code 1",
	wire.CodeObjectTooLarge:       "multipart calls of functions, which no part of the SDK sends, and objects of more than 16 MiB on auditserver, which its own tests make",
	wire.CodeEmailMissing:         "needs an e-mail adapter",
	wire.CodeEmailNotFound:        "needs an e-mail adapter",
	wire.CodeMustSignUp:           "Parse Server 9.10 never answers it",
	wire.CodeMFA:                  "the adapter for multi-factor authentication answers it",
	wire.CodeMFATokenRequired:     "the adapter for multi-factor authentication answers it",
	wire.CodeLinkedIDMissing:      "Parse Server 9.10 never answers it",
	wire.CodeInvalidLinkedSession: "passed on from MongoDB's transactions",
	wire.CodeStaleWrite:           "ours: TestStaleWritesAreRefused provokes it, with the rules",
}

func TestEveryCodeIsProvokedOrListed(t *testing.T) {
	provoked := map[int]bool{}
	for _, b := range behaviours() {
		var code int
		if _, err := fmt.Sscanf(b.name, "error %d:", &code); err == nil {
			provoked[code] = true
		}
	}
	for _, d := range conformance.Differences() {
		if _, code, ok := strings.Cut(d.ParseServer, "code "); ok {
			var n int
			_, err := fmt.Sscan(code, &n)
			require.NoError(t, err)
			provoked[n] = true // the suite holds the server to it
		}
	}
	for code := -1; code < 1000; code++ {
		if wire.CodeText(code) == "" {
			continue
		}
		_, listed := unprovoked[code]
		require.NotEqualf(t, listed, provoked[code], "code %d: provoke it or list it, not both", code)
	}
}
