package auditserver

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Caller is who sent the request that a trigger or function works for.
type Caller struct {
	Master bool
	UserID string   // "" without a session
	Roles  []string // names, inherited roles included
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

// Trigger describes one write to a trigger.
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

func (c *cloudCode) function(name string) (Function, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f, ok := c.functions[name]
	return f, ok
}

func (c *cloudCode) functionNames() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Collect(maps.Keys(c.functions))
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

func (c *cloudCode) findsOf(class string) []FindTrigger {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.finds[class]
}
