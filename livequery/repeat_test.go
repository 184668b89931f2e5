package livequery

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const repeatedEvent = `{"op":"update","clientId":"c","requestId":%d,"object":{"objectId":"a","requestId":3},"original":{"objectId":"a"}}`

func TestMessagesOfOneEventAreDecodedOnce(t *testing.T) {
	var r repeats
	first, err := r.decode(fmt.Appendf(nil, repeatedEvent, 9))
	require.NoError(t, err)
	for _, id := range []int64{10, 0, 123456} {
		f, err := r.decode(fmt.Appendf(nil, repeatedEvent, id))
		require.NoError(t, err)
		require.Equal(t, id, *f.RequestID)
		require.Equal(t, Updated, f.kind())
		require.Same(t, &first.Object[0], &f.Object[0], "shared")
		require.Same(t, &first.Original[0], &f.Original[0])
	}
	require.EqualValues(t, 9, *first.RequestID, "frames keep their own id")
}

// Whatever the messages are, they are read as if each came alone.
func TestRepeatsAreReadLikeAnyMessage(t *testing.T) {
	for _, messages := range [][]string{
		{fmt.Sprintf(repeatedEvent, 1), `{"op":"update","clientId":"c","requestId":2,"object":{"objectId":"b","requestId":3},"original":{"objectId":"a"}}`},
		{fmt.Sprintf(repeatedEvent, 1), `{"op":"delete","clientId":"c","requestId":2,"object":{"objectId":"a","requestId":3},"original":{"objectId":"a"}}`},
		{fmt.Sprintf(repeatedEvent, 1), `{"op":"update","clientId":"c","requestId":"2","object":{"objectId":"a","requestId":3},"original":{"objectId":"a"}}`},
		{fmt.Sprintf(repeatedEvent, 1), `{"op":"update","clientId":"c","requestId":01,"object":{"objectId":"a","requestId":3},"original":{"objectId":"a"}}`},
		{fmt.Sprintf(repeatedEvent, 1), `{"op":"update","clientId":"c","requestId":1e2,"object":{"objectId":"a","requestId":3},"original":{"objectId":"a"}}`},
		{fmt.Sprintf(repeatedEvent, 1), fmt.Sprintf(repeatedEvent, 2) + `}`},
		{fmt.Sprintf(repeatedEvent, 1), `{"op":"update","clientId":"c","requestId":99999999999999999999,"object":{"objectId":"a","requestId":3},"original":{"objectId":"a"}}`},
		{`{"object":{"requestId":5},"op":"create","requestId":1}`, `{"object":{"requestId":6},"op":"create","requestId":1}`},
		{`{"clientId":"\"requestId\":4,","op":"create","object":{},"requestId":1}`, `{"clientId":"\"requestId\":5,","op":"create","object":{},"requestId":1}`},
		{`{"op":"subscribed","requestId":1}`, `{"op":"subscribed","requestId":2}`},
		{`{"requestId":1,"op":"create","object":{}}`, `{"requestId":2,"op":"create","object":{}}`, `{"requestId":,"op":"create","object":{}}`},
		{`{"op":"create","object":{},"requestId":1}`, `{"op":"create","object":{},"requestId":2`, `{"op":"create","object":{},"requestId":3}`},
	} {
		var r repeats
		for _, message := range messages {
			requireSameFrame(t, &r, message)
		}
	}
}

func requireSameFrame(t *testing.T, r *repeats, message string) {
	t.Helper()
	want, wantErr := decodeFrame([]byte(message))
	have, haveErr := r.decode([]byte(message))
	require.Equal(t, wantErr == nil, haveErr == nil, message)
	require.Equal(t, want, have, message)
}

func FuzzRepeats(f *testing.F) {
	f.Add(fmt.Sprintf(repeatedEvent, 1), fmt.Sprintf(repeatedEvent, 22))
	f.Add(`{"requestId":1,"op":"create","object":{}}`, `{"requestId":10,"op":"create","object":{}}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		var r repeats
		_, _ = r.decode([]byte(first))
		if _, ok := r.again([]byte(second)); ok { // duplicate keys apart, which no server sends
			requireSameFrame(t, &r, second)
		}
	})
}
