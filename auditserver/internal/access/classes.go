package access

import (
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
)

// Touchable refuses the classes that no client reaches without the master key.
func Touchable(c *Caller, class string) error {
	if !c.Master && (slices.Contains(classes.MasterOnly, class) || strings.HasPrefix(class, "_Join:")) {
		return fault.ErrPermission
	}
	return nil
}

// Findable is Touchable for queries: of the installations a client may read only
// one whose id it knows.
func Findable(c *Caller, class string) error {
	if class == "_Installation" && !c.Master {
		return fault.ErrPermission
	}
	return Touchable(c, class)
}
