package access

import (
	"errors"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

// permissionKeys are what classLevelPermissions may hold.
var permissionKeys = []string{"find", "get", "count", "create", "update", "delete", "addField",
	"readUserFields", "writeUserFields", "protectedFields", "ACL"}

// ReadPermissions reads the classLevelPermissions of a class and refuses those
// that its columns cannot carry.
func ReadPermissions(class schema.Class, raw jsontext.Value) (*schema.Permissions, error) {
	if err := knownPermissions(raw); err != nil {
		return nil, err
	}
	p := &schema.Permissions{}
	if err := json.Unmarshal(raw, p, rawjson.Options); err != nil {
		return nil, fault.New(wire.CodeInvalidJSON, "classLevelPermissions: %s", innerText(err))
	}
	return p, checkPermissions(class, p)
}

func knownPermissions(raw jsontext.Value) error {
	if raw.Kind() != '{' {
		return fault.New(wire.CodeInvalidJSON, "classLevelPermissions is not an object")
	}
	for name := range rawjson.Members(raw) {
		if !slices.Contains(permissionKeys, name) {
			return fault.New(wire.CodeInvalidJSON, "%s is not a valid operation for class level permissions", name)
		}
	}
	return nil
}

// innerText is the text of the innermost cause: what was wrong, without the
// names of Go types around it.
func innerText(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// checkPermissions refuses permissions that name fields which can't carry them.
func checkPermissions(class schema.Class, p *schema.Permissions) error {
	var fields []string
	for op := OpFind; op <= OpAddField; op++ {
		fields = append(fields, grantOf(p, op).PointerFields...)
	}
	for _, name := range slices.Concat(fields, p.ReadUserFields, p.WriteUserFields) {
		f := class.Fields[name]
		if f.Type != schema.Array && (f.Type != schema.Pointer || f.TargetClass != "_User") {
			return fault.New(wire.CodeInvalidJSON, "'%s' is not a valid column for class level pointer permissions", name)
		}
	}
	for audience, list := range p.ProtectedFields {
		for _, name := range list {
			if _, ok := class.Fields[name]; !ok || slices.Contains(classes.BuiltInFields, name) && name != "ACL" {
				return fault.New(wire.CodeInvalidJSON, "Field '%s' in protectedFields:%s does not exist or can't be protected", name, audience)
			}
		}
	}
	return nil
}
