package auditserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Caller is who sent the request that a trigger or function works for.
type Caller struct {
	Master bool
	UserID string   // "" without a session
	Roles  []string // names, inherited roles included
}

func publicCaller(c *access.Caller) Caller {
	out := Caller{Master: c.Master, UserID: c.UserID}
	for _, r := range c.Roles {
		out.Roles = append(out.Roles, r[len("role:"):])
	}
	return out
}

// Lookup reads objects for triggers and functions, with full access. Objects
// are in Parse's JSON encoding.
type Lookup interface {
	// Get gives one object, or an error with code 101.
	Get(class, objectID string) (map[string]any, error)
	// Find gives the objects that a where document matches, at most limit of them.
	Find(class string, where map[string]any, limit int) ([]map[string]any, error)
	// Roles gives the names of a user's roles, inherited ones included.
	Roles(userID string) ([]string, error)
}

// Trigger is what a trigger is told of one write.
type Trigger struct {
	Caller   Caller
	Class    string
	Object   map[string]any // as it will be stored, or was deleted; a beforeSave trigger may change it
	Original map[string]any // as it was; nil for a new object
	Context  map[string]any // X-Parse-Cloud-Context
	Data     Lookup
}

// TriggerFunc is run before or after a write. An error of a before trigger
// refuses the write: an [*Error] with its code, any other with code 141. Errors
// of after triggers are logged.
//
// Before triggers run inside the transaction of the write: what Data reads is
// what the write is based on. They must be quick and must not call the server.
// A panic, or the end of the goroutine it runs on (runtime.Goexit), counts as
// an error with code 141.
type TriggerFunc func(context.Context, *Trigger) error

// FindTrigger is run before objects of a class are found or got by id; an error
// refuses it. Objects that another class's query includes are not asked for.
type FindTrigger func(ctx context.Context, caller Caller, class string) error

// FunctionCall is one call of a function or job.
type FunctionCall struct {
	Name           string
	Caller         Caller
	Params         map[string]any // in Parse's JSON encoding
	InstallationID string
	Context        map[string]any
	Data           Lookup
	Progress       func(message string) // of a job: shown in its _JobStatus; nil for functions
}

// Function is a cloud function. Its result is sent as JSON, times as Parse
// dates. Errors are treated like those of a [TriggerFunc].
type Function func(context.Context, *FunctionCall) (any, error)

// Job is a background job; it should end when the context does, at Close.
type Job func(context.Context, *FunctionCall) error

type triggerKind int

const (
	beforeSave triggerKind = iota
	afterSave
	beforeDelete
	afterDelete
)

type triggerKey struct {
	kind  triggerKind
	class string
}

// cloudCode holds what a program registers on its server. Registering while
// the server runs is allowed.
type cloudCode struct {
	mu        sync.RWMutex
	triggers  map[triggerKey][]TriggerFunc
	finds     map[string][]FindTrigger
	functions map[string]Function
	jobs      map[string]Job
}

func (c *cloudCode) addTrigger(kind triggerKind, class string, f TriggerFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.triggers == nil {
		c.triggers = map[triggerKey][]TriggerFunc{}
	}
	key := triggerKey{kind, class}
	c.triggers[key] = append(slices.Clip(c.triggers[key]), f)
}

func (c *cloudCode) triggersOf(kind triggerKind, class string) []TriggerFunc {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.triggers[triggerKey{kind, class}]
}

// BeforeSave registers a trigger for creates and updates of a class. Triggers
// of one kind run in the order they were registered.
func (s *Server) BeforeSave(class string, f TriggerFunc) { s.cloud.addTrigger(beforeSave, class, f) }

// AfterSave registers a trigger that runs once a create or update is committed,
// before it is answered.
func (s *Server) AfterSave(class string, f TriggerFunc) { s.cloud.addTrigger(afterSave, class, f) }

// BeforeDelete registers a trigger for deletes of a class.
func (s *Server) BeforeDelete(class string, f TriggerFunc) {
	s.cloud.addTrigger(beforeDelete, class, f)
}

// AfterDelete registers a trigger that runs once a delete is committed, before
// it is answered.
func (s *Server) AfterDelete(class string, f TriggerFunc) { s.cloud.addTrigger(afterDelete, class, f) }

// BeforeFind registers a trigger for finds and gets of a class.
func (s *Server) BeforeFind(class string, f FindTrigger) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.finds == nil {
		s.cloud.finds = map[string][]FindTrigger{}
	}
	s.cloud.finds[class] = append(slices.Clip(s.cloud.finds[class]), f)
}

// Function registers a cloud function, called by POST /functions/name.
func (s *Server) Function(name string, f Function) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.functions == nil {
		s.cloud.functions = map[string]Function{}
	}
	s.cloud.functions[name] = f
}

// Job registers a background job, started by POST /jobs/name with the master key.
func (s *Server) Job(name string, f Job) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.jobs == nil {
		s.cloud.jobs = map[string]Job{}
	}
	s.cloud.jobs[name] = f
}

func (c *cloudCode) function(name string) (Function, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f, ok := c.functions[name]
	return f, ok
}

func (c *cloudCode) job(name string) (Job, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	j, ok := c.jobs[name]
	return j, ok
}

func (c *cloudCode) jobNames() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Sorted(maps.Keys(c.jobs))
}

func (c *cloudCode) beforeFind(ctx context.Context, s *Server, req *request, class string) error {
	c.mu.RLock()
	hooks := c.finds[class]
	c.mu.RUnlock()
	for _, hook := range hooks {
		err := s.guarded(func() error { return hook(ctx, publicCaller(req.caller), class) })
		if err != nil {
			return scriptError(err)
		}
	}
	return nil
}

// guarded runs registered code and waits for it. A panic of it becomes an error,
// and the log has the stack. It gets a goroutine of its own, because it may end
// that one: runtime.Goexit, which t.FailNow of a test calls, would end the
// goroutine that writes to the store.
func (s *Server) guarded(f func() error) error {
	done := make(chan error, 1)
	go func() {
		err := error(fault.New(wire.CodeScriptFailed, "the function or trigger ended its goroutine"))
		defer func() {
			if p := recover(); p != nil {
				s.cfg.Logger.Error("registered code panicked", "panic", p, "stack", string(debug.Stack()))
				err = fault.New(wire.CodeScriptFailed, "the function or trigger panicked")
			}
			done <- err
		}()
		err = f()
	}()
	return <-done
}

// scriptError is the error of registered code as the client sees it.
func scriptError(err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		return &fault.Error{Code: own.Code, Message: own.Message}
	}
	if e, known := clientError(err); known {
		return e
	}
	return fault.New(wire.CodeScriptFailed, "%s", fmt.Sprint(err))
}
