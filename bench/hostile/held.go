package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// held is what a server has open.
type held struct{ descriptors, goroutines int }

// within tells whether it is no more than other.
func (h held) within(other held) bool {
	return h.descriptors <= other.descriptors && h.goroutines <= other.goroutines
}

func (h held) String() string {
	return fmt.Sprintf("%d descriptors and %d goroutines", h.descriptors, h.goroutines)
}

// settled waits until the server lets go of no more for a second, or for half a
// minute, and gives what it holds then. Its own times to wait for a slow client are
// shorter.
func (s *server) settled(ctx context.Context, client *http.Client) (held, error) {
	now, err := s.held(ctx, client)
	for range 30 {
		before := now
		wait(ctx, time.Second)
		if now, err = s.held(ctx, client); err != nil || before.within(now) {
			break
		}
	}
	return now, err
}

// held asks the system for the descriptors of the server, and its metrics for its
// goroutines, after closing the connections that its clients keep for later: those of
// the attackers too, which may have prepared their attack with one.
func (s *server) held(ctx context.Context, client *http.Client) (held, error) {
	for _, each := range []*http.Client{client, attackers, http.DefaultClient} {
		each.CloseIdleConnections()
	}
	var now held
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid))
	if err != nil {
		return held{}, err
	}
	now.descriptors = len(files)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/metrics", nil)
	if err != nil {
		return held{}, err
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return held{}, err
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if number, ok := strings.CutPrefix(lines.Text(), "auditserver_goroutines "); ok {
			_, err := fmt.Sscan(number, &now.goroutines)
			return now, err
		}
	}
	return held{}, fmt.Errorf("the metrics tell no number of goroutines (status %d)", res.StatusCode)
}
