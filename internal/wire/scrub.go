package wire

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Redacted stands in the place of every secret.
const Redacted = "[redacted]"

// Scrub hides secrets in a text that came from elsewhere, also where they are written
// as JSON or as a part of a URL. Scrub first and clip then: half a secret is not found.
func Scrub(text string, secrets ...string) string {
	if text == "" {
		return text
	}
	hidden := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		hidden = append(hidden, secret)
		quoted, _ := jsontext.AppendQuote(nil, secret) // one that is not UTF-8 is quoted as it is read back
		for _, form := range []string{string(quoted[1 : len(quoted)-1]), url.QueryEscape(secret), url.PathEscape(secret)} {
			if form != secret {
				hidden = append(hidden, form)
			}
		}
	}
	// The longer first: one may be a part of another.
	slices.SortFunc(hidden, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, form := range hidden {
		text = strings.ReplaceAll(text, form, Redacted)
	}
	return text
}
