package auditserver

import (
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// shape says which fields of an object are shown and which pointers are
// followed. The zero shape shows everything and follows nothing.
type shape struct {
	keys       []string          // nil: all
	without    []string          // left out
	include    map[string]*shape // pointers to replace by their objects
	includeAll bool              // all Pointer and Array fields, one level
}

func (sh *shape) plain() bool {
	return sh.keys == nil && sh.without == nil && len(sh.include) == 0 && !sh.includeAll
}

func (sh *shape) shows(name string, relation bool) bool {
	if slices.Contains(sh.without, name) && !slices.Contains(classes.BuiltInFields, name) {
		return false
	}
	return sh.keys == nil || relation || slices.Contains(sh.keys, name) || slices.Contains(classes.BuiltInFields, name)
}

func (sh *shape) at(name string) *shape {
	if sh.include == nil {
		sh.include = map[string]*shape{}
	}
	sub := sh.include[name]
	if sub == nil {
		sub = &shape{}
		sh.include[name] = sub
	}
	return sub
}

// maxKeys is how many fields keys and excludeKeys may name: more than a class has.
const maxKeys = 2000

// getShape reads the shape of one object got by its id, which knows fewer
// parameters than a query.
func (s *Server) getShape(req *request) (*shape, error) {
	for _, name := range req.ParamNames() {
		if !slices.Contains(getParams, name) {
			return nil, fault.New(wire.CodeInvalidQuery, "Improper encode of parameter")
		}
	}
	return s.parseShape(req)
}

// parseShape reads keys, excludeKeys, include and includeAll.
func (s *Server) parseShape(req *request) (*shape, error) {
	sh := &shape{}
	l := s.cfg.Limits
	includes := splitList(req.TextParam("include"))
	if len(includes) > l.IncludePaths {
		return nil, fault.New(wire.CodeInvalidQuery, "the query has %d include paths, the limit is %d", len(includes), l.IncludePaths)
	}
	keys, without := splitList(req.TextParam("keys")), splitList(req.TextParam("excludeKeys"))
	if n := max(len(keys), len(without)); n > maxKeys {
		return nil, fault.New(wire.CodeInvalidQuery, "the query names %d keys, the limit is %d", n, maxKeys)
	}
	for _, path := range slices.Concat(includes, keys, without) {
		if strings.Count(path, ".") >= l.IncludeDepth {
			return nil, fault.New(wire.CodeInvalidQuery, "a path of include or keys is longer than %d fields", l.IncludeDepth)
		}
	}
	sh.includeAll = req.FlagParam("includeAll") || slices.Contains(includes, "*")
	for _, path := range includes {
		if path == "*" {
			continue
		}
		at := sh
		for name := range strings.SplitSeq(path, ".") {
			at = at.at(name)
		}
	}
	for _, path := range keys {
		sh.selectKey(strings.Split(path, "."))
	}
	for _, path := range without {
		at, names := sh, strings.Split(path, ".")
		for _, name := range names[:len(names)-1] {
			at = at.at(name)
		}
		at.without = append(at.without, names[len(names)-1])
	}
	return sh, nil
}

// selectKey adds a key: "p.f" shows p, follows it and shows f of it.
func (sh *shape) selectKey(path []string) {
	if !slices.Contains(sh.keys, path[0]) {
		sh.keys = append(sh.keys, path[0])
	}
	if len(path) > 1 {
		sh.at(path[0]).selectKey(path[1:])
	}
}

func splitList(text string) []string {
	var out []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}
