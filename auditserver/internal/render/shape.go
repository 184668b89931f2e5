package render

import (
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Shape says which fields of an object are shown and which pointers are
// followed. The zero shape shows everything and follows nothing.
type Shape struct {
	Keys []string // nil: all

	without    []string          // left out
	include    map[string]*Shape // pointers to replace by their objects
	includeAll bool              // all Pointer and Array fields, one level
}

func (sh *Shape) plain() bool {
	return sh.Keys == nil && sh.without == nil && len(sh.include) == 0 && !sh.includeAll
}

func (sh *Shape) shows(name string, relation bool) bool {
	if relation || slices.Contains(classes.BuiltInFields, name) {
		return true
	}
	return !slices.Contains(sh.without, name) && (sh.Keys == nil || slices.Contains(sh.Keys, name))
}

// show adds a field to those that are shown, where they are chosen.
func (sh *Shape) show(name string) {
	if sh.Keys != nil && !slices.Contains(sh.Keys, name) {
		sh.Keys = append(sh.Keys, name)
	}
}

func (sh *Shape) at(name string) *Shape {
	if sh.include == nil {
		sh.include = map[string]*Shape{}
	}
	sub := sh.include[name]
	if sub == nil {
		sub = &Shape{}
		sh.include[name] = sub
	}
	return sub
}

// maxKeys is how many fields keys and excludeKeys may name: more than a class has.
const maxKeys = 2000

// ShapeLimits bound what a shape may ask for.
type ShapeLimits struct {
	Paths int // include paths
	Depth int // fields in a path
}

// ParseShape reads keys, excludeKeys, include and includeAll.
func ParseShape(p *rawjson.Params, l ShapeLimits) (*Shape, error) {
	sh := &Shape{}
	includes, _, err := names(p, "include")
	if err != nil {
		return nil, err
	}
	if len(includes) > l.Paths {
		return nil, fault.New(wire.CodeInvalidQuery, "the query has %d include paths, the limit is %d (option requestComplexity.includeCount)", len(includes), l.Paths)
	}
	keys, some, err := names(p, "keys")
	if err != nil {
		return nil, err
	}
	if some {
		sh.Keys = []string{} // none, which is what keys without a name asks for
	}
	without, _, err := names(p, "excludeKeys")
	if err != nil {
		return nil, err
	}
	if n := max(len(keys), len(without)); n > maxKeys {
		return nil, fault.New(wire.CodeInvalidQuery, "the query names %d keys, the limit is %d", n, maxKeys)
	}
	for _, path := range slices.Concat(includes, keys, without) {
		if strings.Count(path, ".") >= l.Depth {
			return nil, fault.New(wire.CodeInvalidQuery, "a path of include or keys is longer than %d fields (option requestComplexity.includeDepth)", l.Depth)
		}
	}
	sh.includeAll = p.FlagParam("includeAll")
	if slices.Contains(includes, "*") {
		sh.includeAll, includes = true, nil // whatever else is named
	}
	for _, path := range includes {
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
func (sh *Shape) selectKey(path []string) {
	if !slices.Contains(sh.Keys, path[0]) {
		sh.Keys = append(sh.Keys, path[0])
	}
	if len(path) > 1 {
		sh.at(path[0]).selectKey(path[1:])
	}
}

// names reads a list of names. A space behind a comma is part of a name, which then
// nothing has, as on Parse Server.
func names(p *rawjson.Params, param string) (list []string, given bool, err error) {
	if list, given, err = p.ListParam(param); err != nil {
		return nil, given, err
	}
	kept := list[:0]
	for _, name := range list {
		if name != "" {
			kept = append(kept, name)
		}
	}
	return kept, given, nil
}
