package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/schema"
)

var errUsage = errors.New("wrong command line")

// command is one "isoaudit schema ..." with its arguments.
type command struct {
	name     string
	url      string
	keysFile string
	wanted
	drops []schema.PlanOption
}

func parseCommand(name string, args []string, stderr io.Writer) (*command, error) {
	c := &command{name: name}
	flags := flag.NewFlagSet("isoaudit schema "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of the server with its mount path, such as https://parseapi.back4app.com")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	c.wanted.flags(flags)
	flags.Func("drop-class", "drop this class if the schema does not describe it (repeatable)", func(class string) error {
		c.drops = append(c.drops, schema.DropClass(class))
		return nil
	})
	flags.Func("drop-column", "drop this Class.column if the schema does not describe it (repeatable)", c.drop(schema.DropField))
	flags.Func("drop-index", "drop this Class.index if the schema does not describe it (repeatable)", c.drop(schema.DropIndex))
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	case name != "plan" && name != "apply" && name != "diff" && name != "export":
		return nil, fmt.Errorf("%w: unknown command %q\n%s", errUsage, name, usage)
	case c.url == "" && name != "export":
		return nil, fmt.Errorf("%w: -url is missing", errUsage)
	}
	if err := c.wanted.check(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *command) drop(option func(class, name string) schema.PlanOption) func(string) error {
	return func(path string) error {
		class, name, ok := strings.Cut(path, ".")
		if !ok || class == "" || name == "" {
			return fmt.Errorf("want Class.name, not %q", path)
		}
		c.drops = append(c.drops, option(class, name))
		return nil
	}
}

func (c *command) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	want, err := c.wanted.schema()
	if err != nil {
		return err
	}
	if c.name == "export" && c.url == "" {
		return export(stdout, want)
	}
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return err
	}
	switch c.name {
	case "export":
		have, err := admin.Schema(ctx)
		if err != nil {
			return err
		}
		// Of Parse Server's own classes a schema describes only the users.
		have.Classes = slices.DeleteFunc(have.Classes, func(class schema.Class) bool {
			return strings.HasPrefix(class.Name, "_") && class.Name != schema.UserClass
		})
		return export(stdout, have)
	case "apply":
		plan, err := admin.ApplySchema(ctx, want, c.drops...)
		if err != nil && plan.Drift() == nil && len(plan.Refused) == 0 {
			return err // there is no plan, which is not the same as no difference
		}
		return errors.Join(printPlan(stdout, plan), err)
	}
	plan, err := admin.PlanSchema(ctx, want, c.drops...)
	if err != nil {
		return err
	}
	if err := printPlan(stdout, plan); err != nil || c.name == "plan" {
		return err
	}
	return plan.Drift()
}

func export(stdout io.Writer, s schema.Schema) error {
	out, err := json.Marshal(s, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s\n", out)
	return err
}

func printPlan(stdout io.Writer, plan schema.Plan) error {
	_, err := io.WriteString(stdout, plan.String())
	return err
}
