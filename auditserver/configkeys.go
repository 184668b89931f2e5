package auditserver

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// configuredKey is one of the keys of a configuration. Errors name it and never
// show it.
type configuredKey struct {
	name, value string
	full        bool // it opens what clients may not do
}

func (c *Config) allKeys() []configuredKey {
	return []configuredKey{
		{"Config.MasterKey (masterKey)", c.MasterKey, true},
		{"Config.ReadOnlyMasterKey (readOnlyMasterKey)", c.ReadOnlyMasterKey, true},
		{"Config.MaintenanceKey (maintenanceKey)", c.MaintenanceKey, true},
		{"Config.AppID (appId)", c.AppID, false},
		{"Config.RESTKey (restAPIKey)", c.RESTKey, false},
		{"Config.JavaScriptKey (javascriptKey)", c.JavaScriptKey, false},
		{"Config.ClientKey (clientKey)", c.ClientKey, false},
		{"Config.WindowsKey (dotNetKey)", c.WindowsKey, false},
	}
}

// checkKeys refuses keys that no header can carry, and one value for two keys of
// which one opens more: clients are handed theirs.
func (c *Config) checkKeys() error {
	var errs []error
	keys := c.allKeys()
	for i, key := range keys {
		if strings.ContainsFunc(key.value, unicode.IsControl) || strings.TrimSpace(key.value) != key.value {
			errs = append(errs, fmt.Errorf("auditserver: %s can't be sent in a header: it holds a control character, or begins or ends with a space", key.name))
		}
		for _, other := range keys[:i] {
			if key.value != "" && key.value == other.value && (key.full || other.full) {
				errs = append(errs, fmt.Errorf("auditserver: %s and %s are the same: want a key of its own for each", other.name, key.name))
			}
		}
	}
	return errors.Join(errs...)
}
