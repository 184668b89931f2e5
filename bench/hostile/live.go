package main

import (
	"context"
	"strconv"

	"github.com/coder/websocket"
)

// subscribe opens a live query connection and subscribes to Note with each of the
// conditions. Some may be refused: the errors are among what is read.
func (s *server) subscribe(ctx context.Context, token string, conditions []string) (*websocket.Conn, error) {
	ws, _, err := websocket.Dial(ctx, "ws://"+s.host+"/parse", nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1)
	frames := []string{`{"op":"connect","applicationId":"` + appID + `","sessionToken":"` + token + `"}`}
	for n, where := range conditions {
		frames = append(frames, `{"op":"subscribe","requestId":`+strconv.Itoa(n+1)+`,"query":{"className":"Note","where":`+where+`}}`)
	}
	for _, frame := range frames {
		if err := ws.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
			_ = ws.CloseNow()
			return nil, err
		}
	}
	return ws, nil
}
