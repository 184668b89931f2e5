package live

import (
	"errors"
	"testing"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"op":"connect","applicationId":"a","sessionToken":"r:x"}`))
	f.Add([]byte(`{"op":"subscribe","requestId":1,"query":{"className":"C","where":{"a":{"$gt":1}},"keys":["a"],"watch":["b"]}}`))
	f.Add([]byte(`{"op":"unsubscribe","requestId":1e0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, ok, err := readFrame(data)
		if err != nil {
			var e *fault.Error
			if !ok || !errors.As(err, &e) || e.Code != codeFrame {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if ok && frame.Op == "subscribe" && (frame.Query == nil || frame.RequestID.Kind() != '0' || frame.Query.Where.Kind() != '{') {
			t.Errorf("accepted %q", data)
		}
	})
}
