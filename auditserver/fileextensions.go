package auditserver

import (
	"fmt"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
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

// lookAhead is the form of Parse Server's default, ^(?!(html|svg)$): all but
// what stands within. RE2 has no look-ahead, so this one is read by hand.
var lookAhead = regexp.MustCompile(`^\^\(\?!(.+)\)(?:\.\*\$?)?$`)

func compileExtensions(patterns []string) ([]extensionRule, error) {
	var rules []extensionRule
	for i, p := range patterns {
		var rule extensionRule
		var err error
		inner := lookAhead.FindStringSubmatch(p)
		switch {
		case p == "*": // Parse Server's word for all
			rule.pattern, err = regexp.Compile(``)
		case inner != nil:
			rule.refuses = true
			if _, err = regexp.Compile(inner[1]); err == nil { // its brackets are its own
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
			return nil, fmt.Errorf("auditserver: Config.FileUpload.Extensions[%d] (fileUpload.fileExtensions): %w%s", i, err, hint)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// admits tells whether clients may upload files with an extension.
func (f *FileUpload) admits(extension string) bool {
	if f.Extensions == nil {
		return !active(extension)
	}
	return slices.ContainsFunc(f.rules, func(r extensionRule) bool { return r.pattern.MatchString(extension) != r.refuses })
}

func active(extension string) bool {
	return slices.Contains(activeExtensions, strings.ToLower(extension))
}

// subtype gives svg for image/svg+xml.
func subtype(contentType string) string {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	_, sub, _ := strings.Cut(mediaType, "/")
	sub, _, _ = strings.Cut(sub, "+")
	return sub
}

// checkExtension refuses files a browser would run: by their name, and where the
// name does not tell how the file is served, by the type the client gives.
func (s *Server) checkExtension(c *access.Caller, up upload) error {
	if c.Master {
		return nil
	}
	extension := strings.TrimPrefix(path.Ext(strings.ReplaceAll(up.name, " ", "")), ".") // "a.html " is one, too
	byType, refused := subtype(up.contentType), ""
	switch {
	case extension == "" && !s.cfg.FileUpload.admits(byType):
		refused = byType
	case extension != "" && !s.cfg.FileUpload.admits(extension):
		refused = extension
	case mediaTypeOf(up.name) == "" && active(byType) && !s.cfg.FileUpload.admits(byType):
		refused = byType
	default:
		return nil
	}
	return fault.New(wire.CodeFileSave, "File upload of extension %s is disabled.", refused)
}

// mediaTypeOf gives the media type that a file's name tells, "" if it tells none.
func mediaTypeOf(name string) string { return mime.TypeByExtension(path.Ext(name)) }
