package graphql

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/schema"
)

// asked is what a read of objects has to bring for the fields that are selected.
type asked struct {
	keys     []string // columns, those of included objects with the path to them
	includes []string
}

// columnsOf lists what the selections ask of objects of a class. What every object
// has always comes, and what a pointer itself tells needs no include.
func (x *execution) columnsOf(c *class, sets []ast.SelectionSet) (a asked) {
	for _, g := range x.collect(c.name, sets) {
		name := g.fields[0].Name
		column, known := c.fields[name]
		if !known || builtIn[name] || column.Type == schema.Relation {
			continue
		}
		a.keys = append(a.keys, name)
		switch {
		case column.Type == schema.Array:
			a.includes = append(a.includes, name)
			for _, element := range sortedKeys(x.schema.classes) {
				below := x.columnsOf(x.schema.classes[element], g.sets())
				for _, include := range below.includes {
					a.includes = append(a.includes, name+"."+include)
				}
			}
		case column.Type == schema.Pointer && x.schema.classes[column.TargetClass] != nil:
			target := x.schema.classes[column.TargetClass]
			if !x.needsObject(target, g.sets()) {
				continue
			}
			below := x.columnsOf(target, g.sets())
			a.includes = append(a.includes, name)
			for _, key := range below.keys {
				a.keys = append(a.keys, name+"."+key)
			}
			for _, include := range below.includes {
				a.includes = append(a.includes, name+"."+include)
			}
		}
	}
	return a
}

// needsObject reports whether the selections ask for more than a pointer tells.
func (x *execution) needsObject(c *class, sets []ast.SelectionSet) bool {
	return slices.ContainsFunc(x.collect(c.name, sets), func(g *selected) bool {
		name := g.fields[0].Name
		return name != "id" && name != "objectId" && name != "__typename"
	})
}

// params are the parameters of the read.
func (a asked) params() map[string]any {
	slices.Sort(a.includes)
	keys := append([]string{"objectId"}, a.keys...)
	params := map[string]any{"keys": strings.Join(keys, ",")}
	if len(a.includes) > 0 {
		params["include"] = strings.Join(slices.Compact(a.includes), ",")
	}
	return params
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
