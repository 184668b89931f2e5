package graphql

import (
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

var (
	suggestion = regexp.MustCompile(` ?Did you mean.+\?$`)
	quotedName = regexp.MustCompile(`"[\[]*([_A-Za-z]\w*)[\]!]*"`)
	otherSigns = regexp.MustCompile(`\W+`)
)

// hideNames takes out of errors what tells names of the schema to someone who may
// not ask for it: suggestions, and names that the document does not have.
func (s *Schema) hideNames(errs gqlerror.List, document string) {
	said := map[string]bool{}
	for _, word := range otherSigns.Split(document, -1) {
		said[word] = true
	}
	for _, e := range errs {
		e.Message = quotedName.ReplaceAllStringFunc(suggestion.ReplaceAllString(e.Message, ""), func(quoted string) string {
			if name := strings.Trim(quoted, `"[]!`); !said[name] {
				return `"..."`
			}
			return quoted
		})
	}
}
