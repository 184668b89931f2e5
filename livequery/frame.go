package livequery

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// request is a frame to the server (protocol section 8.1). The server refuses
// properties it does not know, so nothing else may be added.
type request struct {
	Op             string `json:"op"`
	ApplicationID  string `json:"applicationId,omitempty"`
	RESTKey        string `json:"restAPIKey,omitempty"`
	JavaScriptKey  string `json:"javascriptKey,omitempty"`
	ClientKey      string `json:"clientKey,omitempty"`
	WindowsKey     string `json:"windowsKey,omitempty"`
	MasterKey      string `json:"masterKey,omitempty"`
	InstallationID string `json:"installationId,omitempty"`
	RequestID      int64  `json:"requestId,omitzero"`
	Query          *Query `json:"query,omitempty"`
	SessionToken   string `json:"sessionToken,omitempty"`
}

func connectRequest(c Credentials, token string) request {
	return request{
		Op:             "connect",
		ApplicationID:  c.ApplicationID,
		RESTKey:        string(c.RESTKey),
		JavaScriptKey:  string(c.JavaScriptKey),
		ClientKey:      string(c.ClientKey),
		WindowsKey:     string(c.WindowsKey),
		MasterKey:      string(c.MasterKey),
		InstallationID: c.InstallationID,
		SessionToken:   token,
	}
}

// Query is what a subscription asks for.
type Query struct {
	ClassName string         `json:"className"`
	Where     jsontext.Value `json:"where"`           // a JSON object; empty means all
	Keys      []string       `json:"keys,omitempty"`  // fields of the delivered objects; empty means all
	Watch     []string       `json:"watch,omitempty"` // an update is delivered only if one of these changed; empty means any
}

func (q Query) check() (Query, error) {
	if q.ClassName == "" {
		return q, errors.New("livequery: Query.ClassName is empty")
	}
	if len(q.Where) == 0 {
		q.Where = jsontext.Value("{}")
	}
	if !q.Where.IsValid() || q.Where.Kind() != '{' {
		return q, fmt.Errorf("livequery: Query.Where of %s is not a JSON object", q.ClassName)
	}
	for name, list := range map[string][]string{"Keys": q.Keys, "Watch": q.Watch} {
		seen := make(map[string]bool, len(list))
		for _, field := range list {
			if field == "" || seen[field] {
				return q, fmt.Errorf("livequery: Query.%s of %s has an empty or repeated field", name, q.ClassName)
			}
			seen[field] = true
		}
	}
	q.Where = q.Where.Clone()
	return q, nil
}

// frame is a message of the server (protocol section 8.2).
type frame struct {
	Op        string         `json:"op"`
	RequestID *int64         `json:"requestId"`
	Object    jsontext.Value `json:"object"`
	Original  jsontext.Value `json:"original"`
	Code      jsontext.Value `json:"code"`  // an integer, but the application may throw anything
	Error     jsontext.Value `json:"error"` // a string, but some servers sent an object
}

// decodeFrame reads one message. The frame does not refer to data.
func decodeFrame(data []byte) (frame, error) {
	var f frame
	err := json.Unmarshal(data, &f, wire.Tolerant())
	if shallow, ok := wire.Shallow(data); err != nil && ok {
		f = frame{}
		err = json.Unmarshal(shallow, &f, wire.Tolerant())
	}
	if err != nil {
		return frame{}, fmt.Errorf("livequery: unreadable message of %d bytes: %w", len(data), err)
	}
	if kind := f.kind(); kind != 0 {
		if f.RequestID == nil {
			return frame{}, fmt.Errorf("livequery: %s event without requestId", f.Op)
		}
		if f.Object.Kind() != '{' {
			return frame{}, fmt.Errorf("livequery: %s event without an object", f.Op)
		}
		if f.Original.Kind() != '{' {
			f.Original = nil
		}
	}
	return f, nil
}

// kind returns the event kind of an event frame, else 0.
func (f *frame) kind() Kind {
	switch f.Op {
	case "create":
		return Created
	case "enter":
		return Entered
	case "update":
		return Updated
	case "leave":
		return Left
	case "delete":
		return Deleted
	}
	return 0
}

// code is that of an error frame; codeNone if it has none.
func (f *frame) code() (code int) {
	if f.Code.Kind() != '0' || json.Unmarshal(f.Code, &code) != nil {
		return codeNone
	}
	return code
}

// text is the message of an error frame.
func (f *frame) text() string {
	var text string
	if f.Error.Kind() == '"' && json.Unmarshal(f.Error, &text, wire.Tolerant()) == nil {
		return text
	}
	return string(f.Error)
}
