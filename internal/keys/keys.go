// Package keys reads the keys of a server for the programs that need them: from the
// environment, or from a file. They are never arguments, which every user of the
// machine can read.
package keys

import (
	"fmt"
	"os"
	"strings"
)

// From gives the keys of the environment, or those of a file in its place.
func From(file string, getenv func(string) string) (func(name string) string, error) {
	if file == "" {
		return getenv, nil
	}
	lines, err := read(file)
	return func(name string) string { return lines[name] }, err
}

// read reads lines NAME=VALUE; blank lines and those that begin with # do not
// count. Its errors show no part of a line, which may be a key.
func read(name string) (map[string]string, error) {
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
