package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	liveConnections = 50
	liveEach        = 20 // subscriptions of a connection
)

// lived is what was seen of live events: how many came in a second, and how long after
// the request that caused them each one came.
type lived struct {
	perSecond float64
	delays    []time.Duration
}

func (l lived) String() string {
	sorted := slices.Sorted(slices.Values(l.delays))
	at := func(share float64) float64 {
		return float64(sorted[int(share*float64(len(sorted)-1))].Microseconds()) / 1000
	}
	return fmt.Sprintf("%.0f, %.1f / %.1f ms", l.perSecond, at(0.5), at(0.99))
}

// live creates one finding after the other, each when all subscriptions have heard of
// the one before, for as long as all rounds of another job take.
func (l load) live(ctx context.Context, s *server) (lived, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Duration(l.rounds)*l.turn)
	defer cancel()
	heard := make(chan time.Time, liveConnections*liveEach)
	failed := make(chan error, liveConnections)
	var connections sync.WaitGroup
	defer connections.Wait()
	for range liveConnections {
		ws, err := s.subscribe(ctx)
		if err != nil {
			return lived{}, err
		}
		defer ws.CloseNow() //nolint:errcheck // nothing is left to do then
		connections.Go(func() {
			for { // Reads end with the connection: one that ctx could end would cost much more.
				_, frame, err := ws.Read(context.Background())
				if err != nil {
					failed <- err
					return
				}
				if bytes.Contains(frame, []byte(`"op":"create"`)) {
					heard <- time.Now()
				}
			}
		})
	}
	var seen lived
	var began time.Time
	dice := rand.New(rand.NewPCG(1, 2))
	for round := 0; ; round++ {
		if round == 20 { // those before warmed the server up
			began, seen.delays = time.Now(), nil
		}
		sent := time.Now()
		if err := s.call(ctx, "POST", s.api.findings(), s.api.finding(s.finding(dice)), nil); err != nil {
			return lived{}, err
		}
		for range liveConnections * liveEach {
			select {
			case at := <-heard:
				seen.delays = append(seen.delays, at.Sub(sent))
			case err := <-failed:
				return lived{}, err
			case <-ctx.Done():
				return lived{}, ctx.Err()
			}
		}
		if round > 20 && time.Since(began) > time.Duration(l.rounds)*l.turn {
			seen.perSecond = float64(len(seen.delays)) / time.Since(began).Seconds()
			return seen, nil
		}
	}
}

// subscribe opens a connection with its subscriptions, and waits for them. Each one
// carries the token: Parse Server checks the permissions of the class with no other.
func (s *server) subscribe(ctx context.Context) (*websocket.Conn, error) {
	ws, _, err := websocket.Dial(ctx, "ws://"+s.address+s.mount, nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1)
	frames := []string{`{"op":"connect","applicationId":"` + s.appID + `","restAPIKey":"` + s.restKey + `","sessionToken":"` + s.token + `"}`}
	for n := range liveEach {
		frames = append(frames, `{"op":"subscribe","requestId":`+strconv.Itoa(n+1)+`,"sessionToken":"`+s.token+`","query":{"className":"CheckFinding","where":{"severity":"minor"}}}`)
	}
	for _, frame := range frames {
		if err := ws.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
			_ = ws.CloseNow()
			return nil, err
		}
	}
	for range frames {
		_, answer, err := ws.Read(ctx)
		if err == nil && bytes.Contains(answer, []byte(`"op":"error"`)) {
			err = fmt.Errorf("subscribing: %s", answer)
		}
		if err != nil {
			_ = ws.CloseNow()
			return nil, err
		}
	}
	return ws, nil
}
