package live

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// inFrame is a frame of a client (protocol section 8.1); check knows which
// members each op may have.
type inFrame struct {
	Op             string         `json:"op"`
	ApplicationID  string         `json:"applicationId"`
	RESTKey        string         `json:"restAPIKey"`
	JavaScriptKey  string         `json:"javascriptKey"`
	ClientKey      string         `json:"clientKey"`
	WindowsKey     string         `json:"windowsKey"`
	MasterKey      string         `json:"masterKey"`
	SessionToken   string         `json:"sessionToken"`
	InstallationID string         `json:"installationId"`
	RequestID      jsontext.Value `json:"requestId"`
	Query          *inQuery       `json:"query"`
}

type inQuery struct {
	ClassName string         `json:"className"`
	Where     jsontext.Value `json:"where"`
	Keys      []string       `json:"keys"`
	Watch     []string       `json:"watch"`
}

// maxEchoed is how many bytes the requestId and the installationId may have: they stand
// in every frame to the client.
const maxEchoed = 256

// Error codes of the live query server itself.
const (
	codeFrame   = 1 // the frame breaks the protocol
	codeUnknown = 2 // no connect yet, or no such subscription
	codeKey     = 4 // wrong keys
)

// errExtra has the text that the JavaScript SDK looks for.
var errExtra = &fault.Error{Code: codeFrame, Message: "Additional properties not allowed"}

// readFrame checks a frame. ok is false for what is not JSON, which Parse
// Server ignores.
func readFrame(data []byte) (f inFrame, ok bool, err error) {
	if !jsontext.Value(data).IsValid(rawjson.Options) {
		return f, false, nil
	}
	if err := json.Unmarshal(data, &f, rawjson.Options, json.RejectUnknownMembers(true), noNulls()); err != nil {
		if errors.Is(err, json.ErrUnknownName) {
			return f, true, errExtra
		}
		return f, true, fault.New(codeFrame, "a property has the wrong type, or the frame is no object")
	}
	return f, true, f.check()
}

// noNulls refuses a null in the place of any value: it has none of the types of a frame.
func noNulls() json.Options {
	return json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, _ any) error {
		if dec.PeekKind() == 'n' {
			return errNull
		}
		return errors.ErrUnsupported
	}))
}

var errNull = errors.New("a null")

func (f *inFrame) check() error {
	connecting := f.RESTKey+f.JavaScriptKey+f.ClientKey+f.WindowsKey+f.MasterKey+f.InstallationID+f.ApplicationID != ""
	switch f.Op {
	case "connect":
		if f.RequestID != nil || f.Query != nil {
			return errExtra
		}
		if f.ApplicationID == "" {
			return missing("applicationId")
		}
		if n := len(f.InstallationID); n > maxEchoed {
			return fault.New(codeFrame, "installationId has %d bytes, the limit is %d", n, maxEchoed)
		}
		return nil
	case "subscribe", "update":
		if f.Query == nil {
			return missing("query")
		}
		if err := f.Query.check(); err != nil {
			return err
		}
	case "unsubscribe":
		if f.Query != nil || f.SessionToken != "" {
			return errExtra
		}
	case "":
		return missing("op")
	default:
		return fault.New(codeFrame, "unknown op: use connect, subscribe, update or unsubscribe")
	}
	if connecting {
		return errExtra
	}
	if f.RequestID == nil {
		return missing("requestId")
	}
	if f.RequestID.Kind() != '0' {
		return fault.New(codeFrame, "requestId must be a number")
	}
	if n := len(f.RequestID); n > maxEchoed {
		return fault.New(codeFrame, "requestId has %d bytes, the limit is %d", n, maxEchoed)
	}
	return nil
}

func (q *inQuery) check() error {
	switch {
	case q.ClassName == "":
		return missing("className")
	case q.Where == nil:
		return missing("where")
	case q.Where.Kind() != '{':
		return fault.New(codeFrame, "where must be an object")
	}
	for name, list := range map[string][]string{"keys": q.Keys, "watch": q.Watch} {
		if list == nil {
			continue
		}
		if len(list) == 0 {
			return fault.New(codeFrame, "%s must not be empty", name)
		}
		seen := make(map[string]bool, len(list))
		for _, field := range list {
			if seen[field] {
				return fault.New(codeFrame, "%s names a field twice", name)
			}
			seen[field] = true
		}
	}
	return nil
}

// text is how many bytes of a subscribe frame stay in memory as long as the subscription.
func (f *inFrame) text() int {
	n := len(f.RequestID) + len(f.Query.Where)
	for _, list := range [][]string{f.Query.Keys, f.Query.Watch} {
		for _, field := range list {
			n += len(field)
		}
	}
	return n
}

func missing(property string) error {
	return fault.New(codeFrame, "Missing required property: %s", property)
}
