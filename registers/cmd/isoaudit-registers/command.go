package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/contract"
	"github.com/isoaudit/isoaudit-go/registers"
)

// command is one "isoaudit-registers ..." with its arguments.
type command struct {
	name      string // export or import
	url       string
	keysFile  string
	contract  registers.Contract
	registers []string
	sheet     string
	file      string
	options   registers.Options

	stdout, stderr io.Writer
}

func parseCommand(name string, args []string, stderr io.Writer) (*command, error) {
	c := &command{name: name}
	var contractName, list, dates, zone string
	flags := flag.NewFlagSet("isoaudit-registers "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.url, "url", "", "address of the server with its mount path")
	flags.StringVar(&c.keysFile, "keys", "", "file with lines NAME=VALUE instead of the environment")
	flags.StringVar(&contractName, "contract", contract.ISO9001, contract.Usage)
	flags.StringVar(&list, "register", "", "names of registers, with commas between them; without it all")
	flags.StringVar(&zone, "zone", "UTC", "time zone in which stored instants have their day, such as Europe/Berlin")
	if name == "export" {
		flags.StringVar(&c.file, "o", "", "file to write, .xlsx or .csv; a .csv file holds one register")
	} else {
		flags.BoolVar(&c.options.DryRun, "dry-run", false, "check only, and say what would change")
		flags.StringVar(&c.sheet, "sheet", "", "name of the sheet, if it is not that of the -register")
		flags.StringVar(&dates, "dates", "", "how 03/04/2026 is meant: day-first or month-first; without it such a date is refused")
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if name == "import" && flags.NArg() == 1 {
		c.file = flags.Arg(0)
	} else if flags.NArg() > 0 {
		return nil, fmt.Errorf("%w: unexpected argument %q: an import takes one file, and flags stand before it", errUsage, flags.Arg(flags.NArg()-1))
	}
	if list != "" {
		c.registers = strings.Split(list, ",")
	}
	if err := c.set(contractName, dates, zone); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return c, c.check()
}

// set turns the texts of flags into what they mean.
func (c *command) set(contractName, dates, zone string) (err error) {
	switch contractName {
	case contract.ISO9001:
		c.contract = registers.ISO9001()
	case contract.Prompt:
		c.contract = registers.Prompt()
	default:
		_, err = contract.Named(contractName)
		return err
	}
	switch dates {
	case "":
	case "day-first":
		c.options.Dates = registers.DayFirst
	case "month-first":
		c.options.Dates = registers.MonthFirst
	default:
		return fmt.Errorf("-dates %q: want day-first or month-first", dates)
	}
	if c.options.Zone, err = time.LoadLocation(zone); err != nil {
		return fmt.Errorf("-zone %q is no time zone: use a name such as Europe/Berlin", zone)
	}
	return nil
}

// check finds what is missing.
func (c *command) check() error {
	switch {
	case c.url == "":
		return fmt.Errorf("%w: -url is missing", errUsage)
	case c.file == "" && c.name == "export":
		return fmt.Errorf("%w: -o is missing", errUsage)
	case c.file == "":
		return fmt.Errorf("%w: the file to import is missing", errUsage)
	case c.kind() != ".csv" && c.kind() != ".xlsx":
		return fmt.Errorf("%w: %s is neither .xlsx nor .csv; save an .xls file as .xlsx", errUsage, c.file)
	case c.kind() == ".csv" && len(c.registers) != 1:
		return fmt.Errorf("%w: a .csv file holds one register: name it with -register", errUsage)
	case c.sheet != "" && len(c.registers) != 1:
		return fmt.Errorf("%w: -sheet needs the one -register that it is", errUsage)
	}
	for _, name := range c.registers {
		if !c.contract.Has(name) {
			return fmt.Errorf("%w: -register %q: want one of %s", errUsage, name, strings.Join(c.contract.Names(), ", "))
		}
	}
	return nil
}

// kind is the ending of the file.
func (c *command) kind() string { return strings.ToLower(filepath.Ext(c.file)) }
