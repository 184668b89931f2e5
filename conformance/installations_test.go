package conformance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// installations are registrations of devices whose token another installation has:
// a device has one token, so who comes with it takes it over.
func installations() []behaviour {
	var all []behaviour
	for _, c := range []struct {
		name   string
		there  []string // before; a PUT is one of the last of them
		method string
		body   string
		status int
		left   []string // ids, tokens and applications afterwards
	}{
		{"a token gets an id", []string{`"deviceToken":"T@"`}, "POST", `{"deviceType":"ios","deviceToken":"T@","installationId":"a@"}`, 200, []string{"a T "}},
		{"an installation is known by its token", []string{`"deviceToken":"T@","installationId":"a@"`}, "POST", `{"deviceType":"ios","deviceToken":"T@"}`, 200, []string{"a T "}},
		{"a new id takes the token", []string{`"deviceToken":"T@","installationId":"a@"`}, "POST", `{"deviceType":"ios","deviceToken":"T@","installationId":"b@"}`, 201, []string{"b T "}},
		{"each application has its own", []string{`"deviceToken":"T@","installationId":"a@","appIdentifier":"x"`}, "POST", `{"deviceType":"ios","deviceToken":"T@","installationId":"b@","appIdentifier":"y"}`, 201, []string{"a T x", "b T y"}},
		{"an id and a token meet", []string{`"deviceToken":"T@"`, `"installationId":"a@"`}, "POST", `{"deviceToken":"T@","installationId":"a@"}`, 200, []string{"a T "}},
		{"a known id takes the token", []string{`"deviceToken":"T@","installationId":"a@"`, `"installationId":"b@"`}, "POST", `{"deviceToken":"T@","installationId":"b@"}`, 200, []string{"b T "}},
		{"a PUT of the token alone leaves both", []string{`"deviceToken":"T@","installationId":"a@"`, `"installationId":"b@"`}, "PUT", `{"deviceToken":"T@"}`, 200, []string{"a T ", "b T "}},
		{"a PUT of token and id takes it", []string{`"deviceToken":"T@","installationId":"a@"`, `"installationId":"b@"`}, "PUT", `{"deviceToken":"T@","installationId":"b@"}`, 200, []string{"b T "}},
		{"a PUT of token and objectId takes it", []string{`"deviceToken":"T@","installationId":"a@"`, `"installationId":"b@"`}, "PUT", `{"deviceToken":"T@","objectId":"ID"}`, 200, []string{"b T "}},
		{"a PUT of the token of one without an id becomes that", []string{`"deviceToken":"T@"`, `"installationId":"b@"`}, "PUT", `{"deviceToken":"T@"}`, 200, []string{" T "}},
		{"a PUT of the id of another is a change of that", []string{`"installationId":"a@"`, `"deviceToken":"T@"`}, "PUT", `{"installationId":"a@","appIdentifier":"x"}`, 200, []string{"a  x", " T "}},
	} {
		name := "installation: " + c.name
		all = append(all, behaviour{name, func(t *testing.T, w *world) {
			suffix := strings.ToLower(w.run + strings.ReplaceAll(c.name, " ", ""))
			filled := func(text string) string { return strings.ReplaceAll(text, "@", suffix) }
			var ids []string
			for _, fields := range c.there {
				ids = append(ids, w.must(t, nobody, "POST", "/installations", filled(`{"deviceType":"ios",`+fields+`}`)).text("objectId"))
			}
			last := ids[len(ids)-1]
			path := "/installations"
			if c.method == "PUT" {
				path += "/" + last
			}
			made := w.send(t, nobody, c.method, path, strings.ReplaceAll(filled(c.body), "ID", last))
			require.Equalf(t, c.status, made.status, "%s", made.body)
			if made.status == 201 {
				ids = append(ids, made.text("objectId"))
			}
			// A Parse Server answers before it has deleted the installation whose token was taken.
			require.EventuallyWithT(t, func(now *assert.CollectT) {
				left := []string{}
				for _, id := range ids {
					row := w.send(t, nobody, "GET", "/installations/"+id, "")
					if row.status == 404 {
						continue
					}
					text := func(column string) string { return strings.ReplaceAll(row.text(column), suffix, "") }
					left = append(left, text("installationId")+" "+text("deviceToken")+" "+text("appIdentifier"))
				}
				assert.ElementsMatch(now, c.left, left)
			}, 10*time.Second, 20*time.Millisecond)
		}})
	}
	return all
}
