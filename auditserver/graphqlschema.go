package auditserver

import (
	"strings"
	"sync"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
)

// graphQLSchema is the schema of the present classes and functions, made when it is
// first asked for.
type graphQLSchema struct {
	mu     sync.Mutex
	made   document.Schema
	from   any // the state of the classes
	naming string
}

func (g *graphQLSchema) of(engine GraphQLEngine, db *store.Store, functions []string) (document.Schema, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	state := db.ClassesState()
	naming := strings.Join(functions, " ")
	if g.made != nil && g.from == state && g.naming == naming {
		return g.made, nil
	}
	list := db.Classes()
	for i := range list {
		list[i].Fields = classes.Fields(list[i])
	}
	made, err := engine.Schema(list, functions)
	if err != nil {
		return nil, err
	}
	g.made, g.from, g.naming = made, state, naming
	return made, nil
}
