package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// key is a key that can be given as an argument, which `ps` shows to everybody on
// the machine, in a file, or in the environment.
type key struct {
	name   string // of the flag
	secret bool
	to     *string
	value  string // of the flag
	file   string // of the flag NAME-file
}

// variable is the name of the key in the environment.
func (k *key) variable() string {
	return "ISOAUDIT_" + strings.ToUpper(strings.ReplaceAll(k.name, "-", "_"))
}

// addKey makes the flags of a key.
func addKey(fs *flag.FlagSet, name, what string, secret bool, to *string) *key {
	k := &key{name: name, secret: secret, to: to}
	fs.StringVar(&k.value, name, "", what+"; or "+k.variable()+" in the environment, or -"+name+"-file")
	fs.StringVar(&k.file, name+"-file", "", "`file` with that key alone")
	return k
}

// read gives the key to the configuration: the flags win over the environment, and
// that over the configuration file.
func (k *key) read(log *slog.Logger) error {
	switch fromEnvironment := os.Getenv(k.variable()); {
	case k.value != "" && k.file != "":
		return fmt.Errorf("-%s and -%s-file are both given: want one of them", k.name, k.name)
	case k.value != "":
		if k.secret {
			log.Warn("everybody on this machine can read the key among the arguments of the program: give it in a file or in the environment",
				"flag", "-"+k.name, "file", "-"+k.name+"-file", "variable", k.variable())
		}
		*k.to = k.value
	case k.file != "":
		value, err := readKey(k.file, log)
		if err != nil {
			return fmt.Errorf("-%s-file: %w", k.name, err)
		}
		*k.to = value
	case fromEnvironment != "":
		*k.to = fromEnvironment
	}
	return nil
}

// readKey reads a file that holds a key and perhaps the end of a line.
func readKey(file string, log *slog.Logger) (string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	value := strings.TrimRight(string(raw), "\r\n")
	if value == "" || strings.ContainsAny(value, "\r\n") {
		return "", fmt.Errorf("%s: want one line with a key", file)
	}
	info, err := os.Stat(file)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("others may read the file of a key: chmod 600", "file", file)
	}
	return value, err
}
