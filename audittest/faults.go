package audittest

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
)

// Match chooses requests. An empty field matches every request.
type Match struct {
	// Method is the method that the server acts on: a query sent as POST with
	// "_method":"GET" in its body is a GET.
	Method string

	// Path is a pattern, as of path.Match, for the path below the mount:
	// "/classes/AuditFinding", "/classes/*/*", "/batch".
	Path string

	// Nth is the first matching request to fail, counted from 1 when the fault
	// was added. Zero: the first.
	Nth int

	// Times is how many matching requests fail, from the Nth on. Zero: all of them.
	Times int
}

// Faults is a script of failures that a Server plays to its clients. The zero
// value has none. It is safe for concurrent use.
//
// Go's own HTTP transport silently sends a GET a second time when a connection
// that it had used before ends without an answer, so a read that must fail needs
// a Match without Times.
type Faults struct {
	mu     sync.Mutex
	script []*Fault
}

// Fault is one failure of a script.
type Fault struct {
	faults *Faults
	match  Match
	effect Effect

	seen, fired int
}

// Add makes the requests that match go through effect from now on. If several faults
// match, the one added first is the outermost and acts first. Add panics if there is
// no effect, if Path is not a pattern, and if Nth or Times is negative.
func (f *Faults) Add(match Match, effect Effect) *Fault {
	effect.check()
	if match.Nth < 0 || match.Times < 0 {
		panic("audittest: Match.Nth and Match.Times are not negative: 0 is the first, and all of them")
	}
	if _, err := path.Match(match.Path, ""); err != nil {
		panic("audittest: Match.Path " + match.Path + ": " + err.Error())
	}
	fault := &Fault{faults: f, match: match, effect: effect}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = append(f.script, fault)
	return fault
}

// Clear ends all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = nil
}

// Fired returns how many requests went through the fault.
func (f *Fault) Fired() int {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	return f.fired
}

// Remove ends the fault.
func (f *Fault) Remove() {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	f.faults.script = slices.DeleteFunc(f.faults.script, func(other *Fault) bool { return other == f })
}

// Handler plays the script in front of next, which serves below mount ("/parse").
func (f *Faults) Handler(mount string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler := next
		for _, effect := range slices.Backward(f.effects(mount, r)) {
			handler = effect(handler)
		}
		handler.ServeHTTP(w, r)
	})
}

// effects counts r for each fault and returns those that fire, in the order
// they were added.
func (f *Faults) effects(mount string, r *http.Request) []Effect {
	f.mu.Lock()
	scripted := len(f.script) > 0
	f.mu.Unlock()
	if !scripted {
		return nil
	}
	method := actualMethod(r)

	f.mu.Lock()
	defer f.mu.Unlock()
	var effects []Effect
	for _, fault := range f.script {
		if !fault.match.covers(method, strings.TrimPrefix(r.URL.Path, mount)) {
			continue
		}
		fault.seen++
		since := fault.seen - max(fault.match.Nth, 1)
		if since >= 0 && (fault.match.Times == 0 || since < fault.match.Times) {
			fault.fired++
			effects = append(effects, fault.effect)
		}
	}
	return effects
}

func (m Match) covers(method, below string) bool {
	if m.Method != "" && !strings.EqualFold(m.Method, method) {
		return false
	}
	ok, _ := path.Match(m.Path, below) // Add has checked the pattern
	return ok || m.Path == ""
}
