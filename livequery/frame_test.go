package livequery

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/stretchr/testify/require"
)

func TestFramesOfTheServer(t *testing.T) {
	f, err := decodeFrame([]byte(`{"op":"update","clientId":"c","installationId":"i","requestId":7,"object":{"objectId":"a"},"original":{"objectId":"b"}}`))
	require.NoError(t, err)
	require.Equal(t, Updated, f.kind())
	require.EqualValues(t, 7, *f.RequestID)
	require.JSONEq(t, `{"objectId":"b"}`, string(f.Original))

	f, err = decodeFrame([]byte(`{"op":"error","code":2,"error":"Cannot find client","reconnect":true,"requestId":null}`))
	require.NoError(t, err)
	require.Nil(t, f.RequestID)
	require.Equal(t, "Cannot find client", f.text())

	f, err = decodeFrame([]byte(`{"op":"something new","x":{"y":[1]}}`))
	require.NoError(t, err, "operations of later servers are ignored")
	require.Zero(t, f.kind())
}

func TestUnreadableFrames(t *testing.T) {
	for _, bad := range []string{
		``, `[]`, `{`, `{"op":1}`,
		`{"op":"create","object":{}}`,
		`{"op":"create","requestId":1}`,
		`{"op":"create","requestId":1,"object":[]}`,
		`{"op":"create","requestId":"1","object":{}}`,
	} {
		_, err := decodeFrame([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestFrameDoesNotReferToTheBuffer(t *testing.T) {
	data := []byte(`{"op":"create","requestId":1,"object":{"objectId":"a"}}`)
	f, err := decodeFrame(data)
	require.NoError(t, err)
	clear(data)
	require.JSONEq(t, `{"objectId":"a"}`, string(f.Object))
}

func TestQueriesThatTheServerWouldRefuse(t *testing.T) {
	for want, q := range map[string]Query{
		"ClassName":            {},
		"not a JSON object":    {ClassName: "A", Where: []byte(`[]`)},
		"Where of A is not a":  {ClassName: "A", Where: []byte(`{"a":`)},
		"Query.Keys of A has":  {ClassName: "A", Keys: []string{"a", "a"}},
		"Query.Watch of A has": {ClassName: "A", Watch: []string{""}},
	} {
		_, err := q.check()
		require.ErrorContains(t, err, want)
	}
}

func TestConnectSendsOnlyConfiguredKeys(t *testing.T) {
	data, err := json.Marshal(connectRequest(Credentials{ApplicationID: "app", JavaScriptKey: "js"}, ""))
	require.NoError(t, err)
	require.JSONEq(t, `{"op":"connect","applicationId":"app","javascriptKey":"js"}`, string(data))
}

func TestSecretsDoNotShow(t *testing.T) {
	cfg := Config{URL: "ws://h", Credentials: Credentials{ApplicationID: "app", RESTKey: "hush", MasterKey: "hush"}}
	client, err := New(cfg)
	require.NoError(t, err)
	sub := &Subscription{client: client, token: "hush"}
	encoded, err := json.Marshal(cfg.Credentials)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{cfg, &cfg, cfg.Credentials, client, sub, cfg.Credentials.MasterKey} {
			shown := fmt.Sprintf(verb, v)
			require.NotContains(t, shown, "hush")
			require.NotContains(t, shown, fmt.Sprintf("%x", "hush"))
		}
	}
	require.NotContains(t, string(encoded), "hush")
}

func TestConfigIsChecked(t *testing.T) {
	good := Config{URL: "wss://host/parse", Credentials: Credentials{ApplicationID: "app"}}
	for want, spoil := range map[string]func(*Config){
		"absolute":      func(c *Config) { c.URL = "host" },
		"scheme":        func(c *Config) { c.URL = "ftp://host" },
		"user name":     func(c *Config) { c.URL = "wss://me:hush@host" },
		"ApplicationID": func(c *Config) { c.Credentials.ApplicationID = "" },
		"PingTimeout":   func(c *Config) { c.PingTimeout = -1 },
		"QueueSize":     func(c *Config) { c.QueueSize = -1 },
	} {
		cfg := good
		spoil(&cfg)
		_, err := New(cfg)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hush")
	}
}

func FuzzDecodeFrame(f *testing.F) {
	f.Add([]byte(`{"op":"update","requestId":7,"object":{"objectId":"a"},"original":{"objectId":"b"}}`))
	f.Add([]byte(`{"op":"error","code":2,"error":{"message":"x"},"reconnect":true,"requestId":null}`))
	f.Add([]byte(`{"op":"connected","clientId":"1"}`))
	f.Add([]byte("{\"op\":\"create\",\"requestId\":1,\"object\":{\"a\":\"\xff\"}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := decodeFrame(data)
		if err != nil {
			return
		}
		_ = frame.text()
		if frame.kind() == 0 {
			return
		}
		e := Event{Object: frame.Object, Original: frame.Original}
		_ = e.objectID()
		if !frame.Object.IsValid(wire.Tolerant()) || !strings.HasPrefix(strings.TrimSpace(string(frame.Object)), "{") {
			t.Errorf("object %q of an accepted event is not a JSON object", frame.Object)
		}
	})
}

// FuzzEventMembers: whatever an object holds, its event is one.
func FuzzEventMembers(f *testing.F) {
	for _, seed := range []string{
		`"a":"cut \ud83d","\udc00":1`, `"a":1e400,"a":{"a":-1e999}`, `"a":` + strings.Repeat(`[{"a":`, 6_000) + `1` + strings.Repeat(`}]`, 6_000),
		`"objectId":5,"op":"error","requestId":9`, `"a":{"__type":"Date","iso":"+010000-01-01T00:00:00.000Z"}`, "\"a\":\"\xff\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, members string) {
		object := []byte("{" + members + "}")
		if shallow, ok := wire.Shallow(object); ok {
			object = shallow
		}
		if !jsontext.Value(object).IsValid(wire.Tolerant()) {
			return
		}
		for _, form := range []string{`{"op":"update","requestId":7,"object":{%s}}`, `{"object":{%s},"original":{},"requestId":7,"op":"update"}`} {
			frame, err := decodeFrame([]byte(strings.Replace(form, "%s", members, 1)))
			if err != nil || frame.kind() != Updated || *frame.RequestID != 7 {
				t.Errorf("an event with an odd object is read as %v, %v", frame.Op, err)
			}
			if !frame.Object.IsValid(wire.Tolerant()) {
				t.Errorf("its object is no JSON: %q", frame.Object)
			}
		}
	})
}

func BenchmarkDecodeFrame(b *testing.B) {
	data := []byte(`{"op":"update","clientId":"3f2504e0","requestId":7,"object":` +
		`{"className":"AuditFinding","objectId":"abcdefghij","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z","clauseRef":"8.5.1","severity":"major","description":"calibration record missing for gauge 17","auditPlan":{"__type":"Pointer","className":"AuditPlan","objectId":"klmnopqrst"}},"original":{"objectId":"abcdefghij"}}`)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeFrame(data); err != nil {
			b.Fatal(err)
		}
	}
}
