package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/isoaudit/isoaudit-go/gen"
	"github.com/isoaudit/isoaudit-go/internal/contract"
)

var errStale = errors.New("the file is not what would be generated now: run the same command without -check")

// genCommand is "isoaudit gen go" or "isoaudit gen openapi" with its arguments.
type genCommand struct {
	language    string
	url         string
	keysFile    string
	packageName string
	classes     []string
	file        string
	check       bool
	wanted
}

func parseGenCommand(language string, args []string, stderr io.Writer) (*genCommand, error) {
	c := &genCommand{language: language}
	flags := flag.NewFlagSet("isoaudit gen "+language, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of a server whose classes are taken; without it those of -schema or -contract")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	flags.StringVar(&c.packageName, "package", "", "name of the Go package (default \"backend\")")
	flags.Func("class", "generate this class and those it points to (repeatable); without it all", func(class string) error {
		c.classes = append(c.classes, class)
		return nil
	})
	flags.StringVar(&c.file, "o", "", "file to write; without it standard output")
	flags.BoolVar(&c.check, "check", false, "write nothing; status 3 if the -o file is not up to date")
	c.wanted.flags(flags)
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	case language != "go" && language != "openapi":
		return nil, fmt.Errorf("%w: unknown language %q: want go or openapi\n%s", errUsage, language, usage)
	case c.check && c.file == "":
		return nil, fmt.Errorf("%w: -check needs the -o file", errUsage)
	case c.url != "" && c.schemaFile != "":
		return nil, fmt.Errorf("%w: -url and -schema both say which classes: leave one out", errUsage)
	}
	return c, c.wanted.check()
}

func (c *genCommand) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	source, err := c.source(ctx, getenv)
	if err != nil {
		return err
	}
	generate := source.Go
	if c.language == "openapi" {
		generate = source.OpenAPI
	}
	out, err := generate()
	switch {
	case err != nil:
		return err
	case c.file == "":
		_, err = stdout.Write(out)
		return err
	case !c.check:
		return os.WriteFile(c.file, out, 0o644) //nolint:gosec // code is for everybody who works on the program
	}
	have, err := os.ReadFile(c.file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if !bytes.Equal(have, out) {
		return fmt.Errorf("%s: %w", c.file, errStale)
	}
	return nil
}

// source is the schema of the server, the file or the contract, with the contract's
// vocabularies for the columns that it knows.
func (c *genCommand) source(ctx context.Context, getenv func(string) string) (gen.Source, error) {
	chosen, err := contract.Named(c.contract)
	if err != nil {
		return gen.Source{}, err
	}
	source := gen.Source{Classes: c.classes, Package: c.packageName, Vocabularies: chosen.Rules.Vocabularies()}
	if c.url == "" {
		source.Schema, err = c.wanted.schema()
		return source, err
	}
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return gen.Source{}, err
	}
	if source.Schema, err = admin.Schema(ctx); err != nil {
		return gen.Source{}, err
	}
	return source, source.Schema.Err()
}
