package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/isoaudit/isoaudit-go/doctor"
	"github.com/isoaudit/isoaudit-go/internal/keys"
)

var errWrong = errors.New("something is wrong with the server")

// doctorCommand is "isoaudit doctor" with its arguments.
type doctorCommand struct {
	url      string
	keysFile string
	wanted
}

func parseDoctorCommand(args []string, stderr io.Writer) (*doctorCommand, error) {
	c := &doctorCommand{}
	flags := flag.NewFlagSet("isoaudit doctor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of the server with its mount path, such as https://parseapi.back4app.com")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	c.wanted.flags(flags)
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%w: unexpected argument %q", errUsage, flags.Arg(0))
	case c.url == "":
		return nil, fmt.Errorf("%w: -url is missing", errUsage)
	}
	return c, c.wanted.check()
}

func (c *doctorCommand) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	want, err := c.wanted.schema()
	if err != nil {
		return err
	}
	key, err := keys.From(c.keysFile, getenv)
	if err != nil {
		return err
	}
	server := doctor.Server{URL: c.url, ApplicationID: key("ISOAUDIT_APP_ID"), RESTKey: key("ISOAUDIT_REST_KEY"), MasterKey: key("ISOAUDIT_MASTER_KEY"), Want: want}
	var wrong error
	for result := range server.Examine(ctx) {
		if _, err := fmt.Fprintln(stdout, result); err != nil {
			return err
		}
		if result.Level == doctor.Wrong {
			wrong = errWrong
		}
	}
	return wrong
}
