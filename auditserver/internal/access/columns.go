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
		return nil, fault.New(wire.CodeInvalidJSON, "classLevelPermissions: %s", wrongPart(raw, err))
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

// wrongPart says what was wrong without the names of Go types: the text of the
// innermost cause, or which operation is of the wrong kind.
func wrongPart(raw jsontext.Value, err error) string {
	for name, grant := range rawjson.Members(raw) {
		if grant.Kind() != '{' && grant.Kind() != '[' {
			return name + " is " + rawjson.KindOf(grant) + `, want an object such as {"*":true}`
		}
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	if _, plain := err.(*json.SemanticError); plain {
		return "a grant or a list of columns is of the wrong kind"
	}
	return err.Error()
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
