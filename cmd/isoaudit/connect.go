package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// keysFrom gives the keys of the environment, or those of a file in its place.
func keysFrom(file string, getenv func(string) string) (func(name string) string, error) {
	if file == "" {
		return getenv, nil
	}
	lines, err := readKeys(file)
	return func(name string) string { return lines[name] }, err
}

// connect makes a client with the master key; the keys are in the environment or in a
// file.
func connect(url, keysFile string, getenv func(string) string) (*isoaudit.Admin, error) {
	keys, err := keysFrom(keysFile, getenv)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"ISOAUDIT_APP_ID", "ISOAUDIT_MASTER_KEY"} {
		if keys(name) == "" {
			return nil, fmt.Errorf("%s is not set, neither in the environment nor, with -keys, in the file", name)
		}
	}
	options := []parse.Option{parse.WithApplicationID(keys("ISOAUDIT_APP_ID"))}
	if rest := keys("ISOAUDIT_REST_KEY"); rest != "" {
		options = append(options, parse.WithRESTKey(rest))
	}
	return isoaudit.NewAdmin(url, keys("ISOAUDIT_MASTER_KEY"), options...)
}

// readKeys reads lines NAME=VALUE; blank lines and those that begin with # do not
// count. Its errors show no part of a line, which may be a key.
func readKeys(name string) (map[string]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	for number, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("%s: line %d is not NAME=VALUE", name, number+1)
		}
		keys[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return keys, nil
}
