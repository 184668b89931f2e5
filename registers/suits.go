package registers

import (
	"context"
	"fmt"

	"github.com/isoaudit/isoaudit-go/parse"
)

// suits tells whether the server has the classes and columns of registers. With the
// master key a row of another contract would add them. Others may not ask, and need not:
// the server refuses them what it does not know.
func suits(ctx context.Context, client *parse.Client, registers ...*register) error {
	if !client.HasMasterKey() {
		return nil
	}
	have, err := parse.AdminOf(client).Schema(ctx)
	if err != nil {
		return fmt.Errorf("registers: read the schema of the server: %w", err)
	}
	for _, r := range registers {
		class, ok := have.Class(r.class)
		if !ok {
			return fmt.Errorf("registers: the server has no class %s, which the register of %s needs: its schema is that of another contract, or was not applied yet", r.class, r.name)
		}
		for _, c := range r.columns {
			if _, ok := class.Fields[c.name]; !ok {
				return fmt.Errorf("registers: the class %s of the server has no column %s, which the register of %s needs: its schema is that of another contract, or was not applied yet", r.class, c.name, r.name)
			}
		}
	}
	return nil
}
