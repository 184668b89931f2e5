package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/isoaudit/isoaudit-go/internal/contract"
)

// cloudCommand is "isoaudit cloud DIR".
type cloudCommand struct {
	contract contract.Contract
	dir      string
}

func parseCloudCommand(args []string, stderr io.Writer) (*cloudCommand, error) {
	flags := flag.NewFlagSet("isoaudit cloud", flag.ContinueOnError)
	flags.SetOutput(stderr)
	name := flags.String("contract", contract.ISO9001, contract.Usage)
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	if flags.NArg() != 1 || flags.Arg(0) == "" {
		return nil, fmt.Errorf("%w: want one folder for the Cloud Code, after the flags\n%s", errUsage, usage)
	}
	chosen, err := contract.Named(*name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return &cloudCommand{chosen, flags.Arg(0)}, nil
}

func (c *cloudCommand) run(_ context.Context, _ func(string) string, stdout io.Writer) error {
	if err := c.contract.WriteCloudCode(c.dir); err != nil {
		return err
	}
	_, err := fmt.Fprintf(stdout, "wrote the Cloud Code to %s: deploy the whole folder; main.js is where it begins\n", c.dir)
	return err
}
