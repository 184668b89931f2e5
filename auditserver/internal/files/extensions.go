package files

import (
	"fmt"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// activeExtensions are the kinds of file a browser would run as part of the
// site; clients without the master key may not upload them.
var activeExtensions = []string{"htm", "html", "shtml", "xhtml", "xht", "xml", "xsl", "xslt", "xsd", "rng", "rdf", "owl", "mathml",
	"svg", "svgz", "mht", "mhtml", "swf"}

// extensionRule admits the extensions that a pattern matches as a whole, or,
// where it refuses, all others.
type extensionRule struct {
	pattern *regexp.Regexp
	refuses bool
}

// lookAhead is the form of Parse Server's default, ^(?!(html|svg)$): all
// extensions but those. RE2 has no look-ahead, so this form is read separately.
var lookAhead = regexp.MustCompile(`^\^\(\?!(.+)\)(?:\.\*\$?)?$`)

// Rules say which files clients may upload. The zero value admits all but
// those a browser would run.
type Rules struct {
	rules []extensionRule
	given bool
}

// Compile reads Config.FileUpload.Extensions; nil is the default.
func Compile(patterns []string) (Rules, error) {
	rules := Rules{given: patterns != nil}
	for i, p := range patterns {
		var rule extensionRule
		var err error
		inner := lookAhead.FindStringSubmatch(p)
		switch {
		case p == "*": // all extensions, as Parse Server writes it
			rule.pattern, err = regexp.Compile(``)
		case inner != nil:
			rule.refuses = true
			if _, err = regexp.Compile(inner[1]); err == nil { // valid by itself, without the brackets around it
				rule.pattern, err = regexp.Compile(`(?i)^(?:` + inner[1] + `)`)
			}
		default:
			rule.pattern, err = regexp.Compile(`(?i)^(?:` + p + `)$`)
		}
		if err != nil {
			hint := ""
			if strings.Contains(p, "(?!") || strings.Contains(p, "(?=") || strings.Contains(p, "(?<") {
				hint = "; look-ahead is understood only in the form ^(?!(html|svg)$), for all extensions but those: use that, or list the extensions that are allowed"
			}
			return rules, fmt.Errorf("auditserver: Config.FileUpload.Extensions[%d] (fileUpload.fileExtensions): %w%s", i, err, hint)
		}
		rules.rules = append(rules.rules, rule)
	}
	return rules, nil
}

func (u Rules) admits(extension string) bool {
	if !u.given {
		return !RunByBrowsers(extension)
	}
	return slices.ContainsFunc(u.rules, func(r extensionRule) bool { return r.pattern.MatchString(extension) != r.refuses })
}

// RunByBrowsers tells whether a browser would run files of an extension.
func RunByBrowsers(extension string) bool {
	return slices.Contains(activeExtensions, strings.ToLower(extension))
}

// Subtype gives svg for image/svg+xml.
func Subtype(contentType string) string {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	_, sub, _ := strings.Cut(mediaType, "/")
	sub, _, _ = strings.Cut(sub, "+")
	return sub
}

// Check refuses files a browser would run: by their name, and where the name does
// not tell how the file is served, by the type the client gives.
func (u Rules) Check(name, contentType string) error {
	extension := strings.TrimPrefix(path.Ext(strings.ReplaceAll(name, " ", "")), ".") // browsers take "a.html " for HTML, too
	byType, refused := Subtype(contentType), ""
	switch {
	case extension == "" && !u.admits(byType):
		refused = byType
	case extension != "" && !u.admits(extension):
		refused = extension
	case MediaType(name) == "" && RunByBrowsers(byType) && !u.admits(byType):
		refused = byType
	default:
		return nil
	}
	return fault.New(wire.CodeFileSave, "File upload of extension %s is disabled.", refused)
}

// MediaType gives the media type that belongs to the extension of a file's name,
// "" if it is not known.
func MediaType(name string) string { return mime.TypeByExtension(path.Ext(name)) }
