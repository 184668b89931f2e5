package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// redacted is which columns redact takes out; among them isoaudit.TrailReasons stands
// for the reasons.
func (c *trailCommand) redacted() ([]string, error) {
	var columns []string
	if c.columns != "" {
		columns = strings.Split(c.columns, ",")
	}
	if c.reasons {
		columns = append(columns, isoaudit.TrailReasons)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%w: -columns and -reasons are missing: say what is to be taken out", errUsage)
	}
	return columns, nil
}

// redact prints how many events lost values, also if others could not be read.
func (c *trailCommand) redact(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	columns, err := c.redacted()
	if err != nil {
		return err
	}
	admin, err := connect(c.url, c.keysFile, getenv)
	if err != nil {
		return err
	}
	n, err := admin.Redact(parse.WithReason(ctx, c.reason), parse.Rows(admin.Client, c.class).PointerTo(c.record), columns...)
	if n > 0 || err == nil {
		fmt.Fprintf(stdout, "%d events redacted\n", n)
	}
	return err
}
