package access

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"

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
// that its columns cannot carry, and those for somebody who cannot be. customIDs tells
// whether ids may have other characters than letters and digits.
func ReadPermissions(class schema.Class, raw jsontext.Value, customIDs bool) (*schema.Permissions, error) {
	if err := knownPermissions(raw); err != nil {
		return nil, err
	}
	p := &schema.Permissions{}
	if err := json.Unmarshal(raw, p, rawjson.Options); err != nil {
		return nil, fault.New(wire.CodeInvalidJSON, "classLevelPermissions: %s", wrongPart(raw, err))
	}
	if err := checkAudiences(p, customIDs); err != nil {
		return nil, err
	}
	return p, checkPermissions(class, p)
}

func knownPermissions(raw jsontext.Value) error {
	if raw.Kind() != '{' {
		return fault.New(wire.CodeInvalidJSON, "classLevelPermissions is not an object")
	}
	for name, value := range rawjson.Members(raw) {
		switch {
		case !slices.Contains(permissionKeys, name):
			return fault.New(wire.CodeInvalidJSON, "%s is not a valid operation for class level permissions", name)
		case value.Kind() == 'n':
			return fault.New(wire.CodeInvalidJSON, "'null' is not a valid value for class level permissions %s - must be an object", name)
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

// checkAudiences refuses permissions of what is neither a role nor a user, such as
// "roles:admin": they would grant nothing, and hide nothing from anybody.
func checkAudiences(p *schema.Permissions, customIDs bool) error {
	var names []string
	for op := OpFind; op <= OpAddField; op++ {
		names = append(names, grantOf(p, op).Users...)
	}
	for _, name := range slices.Sorted(maps.Keys(p.ProtectedFields)) {
		if name != "*" && !strings.HasPrefix(name, "role:") && !strings.HasPrefix(name, "userField:") {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if name == "" || !customIDs && strings.ContainsFunc(name, notOfID) {
			return fault.New(wire.CodeInvalidJSON, "'%s' is not a valid key for class level permissions", name)
		}
	}
	return nil
}

// notOfID tells the characters that no id has which a server makes.
func notOfID(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }

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
