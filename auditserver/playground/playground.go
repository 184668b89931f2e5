// Package playground is a page to try an auditserver out: sign in as somebody with
// one click, send calls that are ready, see the answer, the live changes, the data
// model and the history of a record.
//
// The page knows no domain: whoever serves it says which calls and people it offers.
// It loads nothing from elsewhere, and is given nothing but what a client may know.
package playground

import (
	"embed"
	"net/http"

	"github.com/go-json-experiment/json"
)

//go:embed static
var static embed.FS

// Page is what the page offers. There is no place for a master key in it.
type Page struct {
	Mount         string            `json:"mount"`   // path of the REST API
	GraphQL       string            `json:"graphql"` // path of GraphQL; "" if it is not served
	AppID         string            `json:"appId"`
	RESTKey       string            `json:"restKey"` // "" where none is needed
	JavaScriptKey string            `json:"javaScriptKey"`
	People        []Person          `json:"people"`
	Calls         []Call            `json:"calls"`
	Finds         []Find            `json:"finds"`
	Classes       []Class           `json:"classes"`
	Rules         map[string]string `json:"rules"` // where a rule comes from, by its id
}

// Person is somebody whom one click signs in.
type Person struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Password string `json:"password"`
}

// Call is a request that is ready to send. In its path, body, document and code,
// names in braces stand for what is known when it is chosen: {me} is the objectId of
// who is signed in, {today} and {later} are days, {unique} is a short new text, and
// other names are those of Finds and Makes.
type Call struct {
	Title    string `json:"title"`
	Who      string `json:"who"` // the role that may do it
	Method   string `json:"method"`
	Path     string `json:"path"` // below the mount
	Body     string `json:"body"`
	Document string `json:"document"` // of GraphQL; then the path and the body are made of it
	Go       string `json:"go"`       // the same call in Go
	Makes    string `json:"makes"`    // name of the id of what it creates
}

// Find is an object that the calls speak of, looked for after signing in.
type Find struct {
	Name  string `json:"name"`
	Class string `json:"class"`
	Where string `json:"where"`
}

// Class is a class of the data model.
type Class struct {
	Name    string   `json:"name"`
	Live    bool     `json:"live"` // has live queries
	Columns []Column `json:"columns"`
}

// Column is a column of a class.
type Column struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Target   string   `json:"target"` // class that a pointer leads to
	Required bool     `json:"required"`
	Meaning  string   `json:"meaning"`
	Values   []string `json:"values"` // all that the rules allow; nil: they name none
}

// Handler serves the page at / and what belongs to it.
func Handler(page Page) (http.Handler, error) {
	data, err := json.Marshal(page)
	if err != nil {
		return nil, err
	}
	files := http.NewServeMux()
	for path, name := range map[string]string{"/{$}": "index.html", "/playground.js": "playground.js", "/model.js": "model.js", "/history.js": "history.js", "/playground.css": "playground.css", "/icon.svg": "icon.svg"} {
		files.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, static, "static/"+name) })
	}
	files.HandleFunc("GET /playground.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(data) // a reader that went away is nobody's mistake
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		files.ServeHTTP(w, r)
	}), nil
}
