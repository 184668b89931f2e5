package auditserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// readRequest makes a request of what came over HTTP. Keys that stand in the headers
// are looked at before the body is read.
func (s *Server) readRequest(w http.ResponseWriter, r *http.Request, req *request) (err error) {
	creds := access.HeaderCredentials(r.Header)
	req.noteKeys(creds) // whatever is refused next
	req.RawQuery = r.URL.RawQuery
	if req.Query, err = url.ParseQuery(req.RawQuery); err != nil {
		return fault.BadRequest("the query string is not valid")
	}
	if err := withoutBrackets(req.Query); err != nil {
		return err
	}
	if r.Body != nil && r.ContentLength != 0 {
		pool := s.budgets.keyless
		if creds.AppID != "" && !openRoute(req) {
			if _, err := s.keys.Admit(creds, req.remote); err != nil {
				return err
			}
			pool = s.budgets.bodies
		}
		if err := s.readBody(w, r, req, pool); err != nil {
			return err
		}
	}
	req.Body.Take("_noBody") // of the Unity SDK
	creds.FromBody(&req.Body)
	req.contentType = creds.ContentType
	req.installationID = creds.InstallationID
	req.noteKeys(creds)
	if req.method == http.MethodPost {
		if m := req.Body.Take("_method"); m != "" {
			req.method = strings.ToUpper(m)
		}
	}
	if openRoute(req) {
		req.caller = access.NewCaller("", nil)
		if req.masterSent { // nothing is granted here, but the logs say whether it was right
			req.grant, _ = s.keys.Admit(creds, req.remote)
		}
		return nil
	}
	if req.caller, err = s.identify(r.Context(), creds, req); err != nil {
		return err
	}
	if creds.Context != "" {
		if err := s.measured([]byte(creds.Context)); err != nil {
			return err
		}
		if json.Unmarshal([]byte(creds.Context), &req.context, rawjson.Options) != nil || req.context == nil {
			return fault.New(wire.CodeInvalidJSON, "Invalid object for context.")
		}
	}
	return nil
}

// noteKeys notes for the logs that a master key came with the request.
func (r *request) noteKeys(creds access.Credentials) {
	r.masterSent = r.masterSent || creds.MasterKey != "" || creds.MaintenanceKey != ""
}

// withoutBrackets refuses names such as where[n] and keys[], from which Parse Server
// makes objects and lists of texts: a number so written is a text.
func withoutBrackets(query url.Values) error {
	var first fault.First
	for name := range query {
		if at := strings.IndexByte(name, '['); at > 0 {
			first.Note(name, fault.New(wire.CodeInvalidQuery, "the parameter %s is written with brackets: write %s as JSON", name, name[:at]))
		}
	}
	return first.Err
}

// openRoute tells the routes that need no keys (protocol section 1.2).
func openRoute(req *request) bool {
	return (req.at(0, "health") || req.at(0, "ready")) && len(req.path) == 1 ||
		req.at(0, "files") && (req.method == http.MethodGet || req.method == http.MethodHead)
}

// identify checks the keys and finds the session's user.
func (s *Server) identify(ctx context.Context, creds access.Credentials, req *request) (*access.Caller, error) {
	grant, err := s.keys.Admit(creds, req.remote)
	if err != nil {
		return nil, err
	}
	req.grant = grant
	if err := s.limitRate(ctx, req, grant.Master, creds.SessionToken, false); err != nil {
		return nil, err
	}
	req.token = creds.SessionToken
	if grant.Master {
		return &access.Caller{Master: true, ReadOnly: grant.ReadOnly, Restores: grant.Restores}, nil
	}
	if creds.SessionToken == "" || req.at(0, "login") {
		return access.NewCaller("", nil), nil
	}
	return s.sessions.Use(ctx, creds.SessionToken)
}

// location is what a Location begins with.
func (c *Config) location() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return c.MountPath
}

// baseURL is the server's URL with the mount path, without a slash at the end.
func (s *Server) baseURL(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + s.cfg.MountPath
}
