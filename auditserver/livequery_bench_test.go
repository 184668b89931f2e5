package auditserver_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// BenchmarkLiveDelivery is one create and its events to a hundred subscriptions
// of a user: half of them to the same query.
func BenchmarkLiveDelivery(b *testing.B) {
	const subscriptions = 100
	server, master := open(b, func(c *auditserver.Config) {
		c.LiveQueryClasses = []string{"Live"}
		c.Logger = slog.New(slog.DiscardHandler)
	})
	_, token := master.user("lena")
	front := httptest.NewServer(server)
	b.Cleanup(front.Close)
	ws, _, err := websocket.Dial(b.Context(), strings.Replace(front.URL, "http", "ws", 1), nil)
	require.NoError(b, err)
	b.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(-1)
	send := func(frame string) {
		require.NoError(b, ws.Write(b.Context(), websocket.MessageText, []byte(frame)))
	}
	hear := func(op string) {
		_, data, err := ws.Read(b.Context())
		require.NoError(b, err)
		require.True(b, strings.HasPrefix(string(data), `{"op":"`+op+`"`), string(data))
	}
	send(`{"op":"connect","applicationId":"app","restAPIKey":"rest-key"}`)
	hear("connected")
	for i := range subscriptions {
		where := `{"status":"open"}`
		if i%2 == 1 {
			where = fmt.Sprintf(`{"status":"open","number":{"$lt":%d}}`, 1000+i)
		}
		send(fmt.Sprintf(`{"op":"subscribe","requestId":%d,"sessionToken":%q,"query":{"className":"Live","where":%s}}`, i, token, where))
		hear("subscribed")
	}
	body := []byte(`{"status":"open","number":7,"title":"A calibration record is missing","ACL":{"*":{"read":true}}}`)
	b.ReportAllocs()
	for b.Loop() {
		require.Equal(b, http.StatusCreated, master.send(b, http.MethodPost, "/classes/Live", body).Code)
		for range subscriptions {
			hear("create")
		}
	}
}
