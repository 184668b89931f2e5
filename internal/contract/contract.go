// Package contract names the two contracts that an application can have, for the
// programs that let a user choose one.
package contract

import (
	"fmt"
	"strings"

	"github.com/isoaudit/isoaudit-go/cloud"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// The names of the contracts.
const (
	ISO9001 = "iso9001" // six classes
	Prompt  = "prompt"  // four classes and the users
)

// Usage is what a flag says that takes one of the names.
const Usage = "`name` of the contract: " + ISO9001 + ", six classes, or " + Prompt + ", the four of the template's agent prompt"

// Contract is a schema with its rules.
type Contract struct {
	Schema   schema.Schema
	Rules    policy.Rules
	Meanings Meanings // of the columns of Schema

	variants []schema.Schema // whose classes its Cloud Code knows too
}

// Named gives the contract of that name.
func Named(name string) (Contract, error) {
	switch name {
	case ISO9001:
		literal := schema.ISO9001(schema.WithAuditorClass("Auditor"))
		return Contract{schema.ISO9001(), policy.Default(), meaningsOfISO9001(), []schema.Schema{literal}}, nil
	case Prompt:
		return Contract{Schema: schema.Prompt(), Rules: policy.Prompt(), Meanings: meaningsOfPrompt()}, nil
	}
	return Contract{}, fmt.Errorf("-contract %q: want %s", name, strings.Join([]string{ISO9001, Prompt}, " or "))
}

// WriteCloudCode makes dir the folder of its Cloud Code; see [cloud.Write].
func (c Contract) WriteCloudCode(dir string) error {
	return cloud.Write(dir, c.Rules, append([]schema.Schema{c.Schema}, c.variants...)...)
}
