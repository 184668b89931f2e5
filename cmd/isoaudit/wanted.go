package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/internal/contract"
	"github.com/isoaudit/isoaudit-go/schema"
)

// wanted says which schema a server should have.
type wanted struct {
	contract     string
	schemaFile   string
	auditorClass string
}

func (w *wanted) flags(flags *flag.FlagSet) {
	flags.StringVar(&w.schemaFile, "schema", "", "wanted schema as export prints it; default: the built-in ISO 9001 one")
	flags.StringVar(&w.contract, "contract", contract.ISO9001, contract.Usage)
	flags.StringVar(&w.auditorClass, "auditor-class", schema.UserClass, "class of the auditors in the built-in schema")
}

func (w *wanted) check() error {
	if _, err := contract.Named(w.contract); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if w.contract != contract.ISO9001 && (w.schemaFile != "" || w.auditorClass != schema.UserClass) {
		return fmt.Errorf("%w: -contract %s goes neither with -schema nor with -auditor-class", errUsage, w.contract)
	}
	return nil
}

// schema is that of the file or the contract, or the built-in one.
func (w *wanted) schema() (schema.Schema, error) {
	switch {
	case w.contract != contract.ISO9001:
		chosen, err := contract.Named(w.contract)
		return chosen.Schema, err
	case w.schemaFile == "":
		return schema.ISO9001(schema.WithAuditorClass(w.auditorClass)), nil
	}
	data, err := os.ReadFile(w.schemaFile)
	if err != nil {
		return schema.Schema{}, err
	}
	var want schema.Schema
	if err := json.Unmarshal(data, &want, json.RejectUnknownMembers(true)); err != nil {
		return schema.Schema{}, fmt.Errorf("%s: %w", w.schemaFile, err)
	}
	return want, nil
}
