package main

import (
	"fmt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/keys"
	"github.com/isoaudit/isoaudit-go/parse"
)

// connect makes a client with the master key; the keys are in the environment or in a
// file.
func connect(url, keysFile string, getenv func(string) string) (*isoaudit.Admin, error) {
	key, err := keys.From(keysFile, getenv)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"ISOAUDIT_APP_ID", "ISOAUDIT_MASTER_KEY"} {
		if key(name) == "" {
			return nil, fmt.Errorf("%s is not set, neither in the environment nor, with -keys, in the file", name)
		}
	}
	options := []parse.Option{parse.WithApplicationID(key("ISOAUDIT_APP_ID"))}
	if rest := key("ISOAUDIT_REST_KEY"); rest != "" {
		options = append(options, parse.WithRESTKey(rest))
	}
	if upkeep := key("ISOAUDIT_MAINTENANCE_KEY"); upkeep != "" {
		options = append(options, parse.WithMaintenanceKey(upkeep))
	}
	return isoaudit.NewAdmin(url, key("ISOAUDIT_MASTER_KEY"), options...)
}
