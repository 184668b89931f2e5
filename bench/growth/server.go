package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/schema"
)

// server is an auditserver in this process, with its own database file and a user
// who is logged in.
type server struct {
	handler *auditserver.Server
	token   string // of the user
	userID  string
	folder  string
	ends    []func() // what ends before the server
}

const appID, masterKey = "bench", "bench-master-key-of-its-own"

func open(ctx context.Context) (*server, error) {
	folder, err := os.MkdirTemp("", "isoaudit-growth-")
	if err != nil {
		return nil, err
	}
	handler, err := auditserver.Open(ctx, auditserver.Config{
		AppID: appID, MasterKey: masterKey, Path: filepath.Join(folder, "bench.db"), MountPath: "/parse", Unsynced: true,
		LiveQueryClasses: []string{"Note"}, AllowClientClassCreation: true, Logger: slog.New(slog.DiscardHandler),
		Limits: auditserver.Limits{LiveConnections: -1, LiveSubscriptions: -1, LiveConditions: -1, LiveWork: -1, QueryWork: -1, QueryTime: -1, AnswerSize: -1, Answers: -1, Values: -1, BodySize: 1 << 30, Bodies: -1},
	})
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	s := &server{handler: handler, folder: folder}
	var user struct {
		ID    string `json:"objectId"`
		Token string `json:"sessionToken"`
	}
	if err := s.call(ctx, "", http.MethodPost, "/users", `{"username":"ann","password":"p"}`, &user); err != nil {
		s.close()
		return nil, err
	}
	s.token, s.userID = user.Token, user.ID
	return s, nil
}

func (s *server) close() {
	for _, end := range s.ends {
		end()
	}
	_ = s.handler.Close(context.Background()) // a measurement is over
	_ = os.RemoveAll(s.folder)
}

// memory is what this process has of the machine's (RSS): most of it is the
// database's, which Go does not count.
func memory() int64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return kilobytes << 10
}

// send sends a request with a session token, or with the master key, and gives the
// bytes of the answer.
func (s *server) send(ctx context.Context, token, method, path, body string) ([]byte, error) {
	req := httptest.NewRequestWithContext(ctx, method, "/parse"+path, strings.NewReader(body))
	req.RemoteAddr = "127.0.0.1:4711"
	req.Header.Set("X-Parse-Application-Id", appID)
	req.Header.Set("Content-Type", "application/json")
	if token == "" {
		req.Header.Set("X-Parse-Master-Key", masterKey)
	} else {
		req.Header.Set("X-Parse-Session-Token", token)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	if w.Code >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s was answered %d: %.300s", method, path, w.Code, w.Body)
	}
	return io.ReadAll(w.Body)
}

// call sends a request and reads its answer into out.
func (s *server) call(ctx context.Context, token, method, path, body string, out any) error {
	answer, err := s.send(ctx, token, method, path, body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// create makes so many objects of a class, in batches, and gives their ids.
func (s *server) create(ctx context.Context, class string, number int, object func(n int) string) (ids []string, err error) {
	for len(ids) < number {
		var batch strings.Builder
		batch.WriteString(`{"requests":[`)
		for n := range min(500, number-len(ids)) {
			if n > 0 {
				batch.WriteByte(',')
			}
			fmt.Fprintf(&batch, `{"method":"POST","path":"/parse/classes/%s","body":%s}`, class, object(len(ids)))
			ids = append(ids, "")
		}
		batch.WriteString("]}")
		var made []struct {
			Success struct {
				ID string `json:"objectId"`
			} `json:"success"`
			Error any `json:"error"`
		}
		if err := s.call(ctx, "", http.MethodPost, "/batch", batch.String(), &made); err != nil {
			return nil, err
		}
		for i, m := range made {
			if m.Error != nil {
				return nil, fmt.Errorf("creating %s: %v", class, m.Error)
			}
			ids[len(ids)-len(made)+i] = m.Success.ID
		}
	}
	return ids, nil
}

// putClass makes a class with columns and indexes. The columns that every class has
// may not be named to a server.
func (s *server) putClass(ctx context.Context, class schema.Class) error {
	class.Fields = maps.Clone(class.Fields)
	for _, name := range []string{"objectId", "createdAt", "updatedAt", "ACL"} {
		delete(class.Fields, name)
	}
	body, err := json.Marshal(class)
	if err != nil {
		return err
	}
	return s.call(ctx, "", http.MethodPost, "/schemas/"+class.Name, string(body), nil)
}
