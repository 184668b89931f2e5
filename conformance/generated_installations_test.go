package conformance_test

import (
	"fmt"
	"net/http"
	"strings"
)

// installationQuestions register and change installations: each by another one that
// is known, with its id, kind of device and token, others, or none.
func installationQuestions() scene {
	s := scene{name: "installations"}
	var known []labelledRow
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		for _, id := range []operand{{"no id", ``}, {"its id", `"id@"`}, {"its id in capitals", `"ID@"`}, {"another id", `"other@"`}, {"a number as id", `7`}} {
			for _, device := range []operand{{"no device", ``}, {"its device", `"ios"`}, {"another device", `"android"`}} {
				for _, token := range []operand{{"no token", ``}, {"its token", `"token@"`}, {"another token", `"fresh@"`}} {
					n := fmt.Sprintf("%dof%s", len(s.questions), runName)
					label := fmt.Sprint("Installed", len(s.questions))
					known = append(known, labelledRow{label, `"installationId":"id` + n + `","deviceType":"ios","deviceToken":"token` + n + `"`})
					var members []string
					for _, m := range []operand{{"installationId", id.json}, {"deviceType", device.json}, {"deviceToken", token.json}} {
						if m.json != "" {
							members = append(members, `"`+m.name+`":`+strings.ReplaceAll(m.json, "@", n))
						}
					}
					q := probe{
						asks: fmt.Sprintf("%s with %s, %s and %s", method, id.name, device.name, token.name), as: "nobody",
						method: method, path: "/installations", body: "{" + strings.Join(members, ",") + "}",
						then: "/installations/idOf" + label + "?keys=deviceToken", of: "deviceToken",
					}
					if method == http.MethodPut {
						q.path += "/idOf" + label
					}
					s.questions = append(s.questions, q)
				}
			}
		}
	}
	s.prepare = madeRows("_Installation", known)
	return s
}
