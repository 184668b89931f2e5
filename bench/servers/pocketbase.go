package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/bench/internal/program"
)

// pocketAPI is how PocketBase is asked. Lists are not counted, as nobody asks for it.
type pocketAPI struct{ group string }

func (pocketAPI) get(plan string) string { return "/api/collections/plans/records/" + plan }

func (pocketAPI) find(query url.Values) string {
	query.Set("skipTotal", "1")
	return "/api/collections/plans/records?" + query.Encode()
}

func (a pocketAPI) newest() string {
	return a.find(url.Values{"sort": {"-plannedStartDate"}, "perPage": {"100"}, "expand": {"leadAuditor"}})
}

func (a pocketAPI) page() string {
	return a.find(url.Values{"sort": {"-plannedStartDate"}, "perPage": {"1000"}})
}

func (a pocketAPI) site(code string) string {
	return a.find(url.Values{"filter": {"siteCode='" + code + "'"}, "sort": {"-plannedStartDate"}, "perPage": {"20"}})
}

func (a pocketAPI) reference(ref string) string {
	return a.find(url.Values{"filter": {"auditRef='" + ref + "'"}})
}

func (pocketAPI) findings() string { return "/api/collections/findings/records" }

func (a pocketAPI) finding(f finding) string {
	return `{` + f.texts() + `,"auditPlan":"` + f.plan + `","readers":["` + a.group + `"]}`
}

func (a pocketAPI) batch(of []string) (path, body string) {
	return "/api/batch", a.requests("findings", of)
}

func (pocketAPI) requests(collection string, bodies []string) string {
	each := make([]string, len(bodies))
	for i, body := range bodies {
		each[i] = `{"method":"POST","url":"/api/collections/` + collection + `/records","body":` + body + `}`
	}
	return `{"requests":[` + strings.Join(each, ",") + `]}`
}

// pocketReady is what the program of bench/pocketbase prints.
type pocketReady struct {
	URL, Token, SuperToken, Group string
	Users                         []string
}

// startPocketBase builds the program, unless one is given, and runs it. Building it
// needs a newer Go, which the go command fetches.
func startPocketBase(ctx context.Context, path string) (*server, error) {
	if path == "" {
		folder, err := os.MkdirTemp("", "isoaudit-bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(folder)
		path = filepath.Join(folder, "pocketbase")
		if err := program.Build(ctx, "pocketbase", ".", path, "GOTOOLCHAIN=auto"); err != nil {
			return nil, err
		}
	}
	command := exec.CommandContext(ctx, path)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	}
	var is pocketReady
	if err := json.UnmarshalDecode(jsontext.NewDecoder(out), &is); err != nil {
		stop()
		return nil, fmt.Errorf("PocketBase ended without saying where it serves: %w", err)
	}
	s, err := newServer("PocketBase", is.URL)
	if err != nil {
		stop()
		return nil, err
	}
	s.api, s.stop = pocketAPI{is.Group}, stop
	s.pids = func() ([]int, error) { return []int{command.Process.Pid}, nil }
	s.master = map[string]string{"Authorization": is.SuperToken}
	s.headers = fmt.Sprintf("Host: %s\r\nAuthorization: %s\r\n", s.address, is.Token)
	s.seed = func(ctx context.Context, plans int) error { return seedPocketBase(ctx, s, is, plans) }
	return s, nil
}

func seedPocketBase(ctx context.Context, s *server, is pocketReady, plans int) error {
	api := pocketAPI{is.Group}
	return s.seedPlans(plans, func(n int) string {
		return fmt.Sprintf(`{%s,"leadAuditor":"%s","plannedStartDate":"%s","readers":["%s"]}`,
			planTexts(n), is.Users[n%len(is.Users)], plannedStart(n).Format("2006-01-02 15:04:05.000Z"), is.Group)
	}, func(bodies []string) (ids []string, err error) {
		var results []struct {
			Body struct {
				ID string `json:"id"`
			} `json:"body"`
		}
		if err := s.call(ctx, "POST", "/api/batch", api.requests("plans", bodies), &results); err != nil {
			return nil, err
		}
		for _, result := range results {
			ids = append(ids, result.Body.ID)
		}
		return ids, nil
	})
}
