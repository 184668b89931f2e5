package classes

import (
	"slices"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// MasterOnly are classes no client may touch without the master key
// (protocol section 1.3).
var MasterOnly = []string{"_JobStatus", "_PushStatus", "_Hooks", "_GlobalConfig", "_GraphQLConfig", "_JobSchedule", "_Audience", "_Idempotency"}

// System are the classes whose name may begin with an underscore.
var System = append([]string{"_User", "_Installation", "_Role", "_Session", "_Product"}, MasterOnly...)

// maxName is how long the name of a class or field may be in the store.
const maxName = 128

// PlainName tells whether name may be that of a class or field: a letter, then
// letters, digits and underscores.
func PlainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

// Inherited tells whether every object of JavaScript has something called name: Parse
// Server can't make such a class or column.
func Inherited(name string) bool {
	return slices.Contains(inherited, name)
}

var inherited = []string{"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"}

// ValidName tells whether name may be that of a class.
func ValidName(name string) bool {
	return PlainName(name) || slices.Contains(System, name)
}

// InvalidName refuses the name of a class.
func InvalidName(name string) error {
	return fault.New(wire.CodeInvalidClassName, "Invalid classname: %s, classnames can only have alphanumeric characters and _, and must start with an alpha character ", name)
}
