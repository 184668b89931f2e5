// Package cloud holds the Cloud Code that enforces the rules of package policy on
// a Parse Server, gives new objects the ACL of package schema, and records the audit
// trail: upload all of Files together, or point Parse Server's option "cloud" at
// main.js. [Write] makes the same for other rules and classes.
package cloud

//go:generate cp ../policy/rules.json rules.json

import (
	"embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Version is that of main.js, which tells it to the master key (isoaudit.Admin.CloudCode).
const Version = 7

// Files are all that main.js needs, and itself.
//
//go:embed main.js checks.js texts.js trail.js event.js signature.js rules.json acls.json
var Files embed.FS

// Write makes dir a folder of Cloud Code for the rules: the scripts of Files, the rules,
// and the ACLs of the classes of the schemas. The folder is made if it is missing; files
// of the same names are replaced. Two schemas that give one class different ACLs are an
// error, before anything is written.
func Write(dir string, rules policy.Rules, schemas ...schema.Schema) error {
	table, err := rules.JSON()
	if err != nil {
		return fmt.Errorf("cloud: %w", err)
	}
	acls, err := aclsOf(schemas)
	if err != nil {
		return fmt.Errorf("cloud: %w", err)
	}
	own := map[string][]byte{"rules.json": table, "acls.json": acls}
	scripts, err := Files.ReadDir(".")
	if err != nil {
		return fmt.Errorf("cloud: %w", err)
	}
	for _, file := range scripts {
		if _, made := own[file.Name()]; made {
			continue
		}
		if own[file.Name()], err = Files.ReadFile(file.Name()); err != nil {
			return fmt.Errorf("cloud: %w", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // code for a server of another user, nothing secret
		return fmt.Errorf("cloud: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := os.WriteFile(filepath.Join(dir, name), own[name], 0o644); err != nil { //nolint:gosec // the same
			return fmt.Errorf("cloud: %w", err)
		}
	}
	return nil
}

// aclsOf writes the ACLs that new objects get, by class.
func aclsOf(schemas []schema.Schema) ([]byte, error) {
	acls := map[string]map[string]schema.Access{}
	for _, s := range schemas {
		for _, class := range s.Classes {
			if class.Permissions == nil {
				continue
			}
			if acl, ok := acls[class.Name]; ok && !maps.Equal(acl, class.Permissions.DefaultACL) {
				return nil, fmt.Errorf("two schemas give class %s different ACLs", class.Name)
			}
			acls[class.Name] = class.Permissions.DefaultACL
		}
	}
	data, err := json.Marshal(acls, json.Deterministic(true), jsontext.WithIndent("  "))
	return append(data, '\n'), err
}
