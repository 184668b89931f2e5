// Command isoaudit-registers takes the registers of a quality system out of a backend and
// into it, as Excel workbooks and CSV files:
//
//	isoaudit-registers export -url URL -o registers.xlsx             all registers, each on its sheet
//	isoaudit-registers export -url URL -o actions.csv -register actions
//	isoaudit-registers import -url URL -dry-run registers.xlsx       say what is wrong, cell by cell, and what would change
//	isoaudit-registers import -url URL registers.xlsx                do it
//	isoaudit-registers import -url URL -register audits -sheet "Programme 2026" book.xlsx
//
// The registers are audits, findings, actions and documents. A row of an import changes the
// record with its reference, or creates it. If a cell is wrong nothing is sent; an import
// that was cut short is repeated, and what has arrived is left alone.
//
// The keys come from the environment or from lines NAME=VALUE in the file that -keys
// names: ISOAUDIT_APP_ID, ISOAUDIT_REST_KEY (where the server wants one), and either
// ISOAUDIT_USERNAME and ISOAUDIT_PASSWORD of somebody, by whose rights everything is done,
// or ISOAUDIT_MASTER_KEY, with which history can be imported as it was.
//
// The status is 0 for success, 1 for a failure, 2 for a wrong command line and 3 if cells
// are wrong or the server refused rows.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // -zone works where the system has no time zones

	"github.com/isoaudit/isoaudit-go/registers"
)

const (
	statusFailed   = 1
	statusUsage    = 2
	statusProblems = 3
)

var errUsage = errors.New("wrong command line")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program; what it needs from its surroundings is passed in.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	err := fmt.Errorf("%w: want export or import\n%s", errUsage, usage)
	if len(args) > 0 && (args[0] == "export" || args[0] == "import") {
		var c *command
		if c, err = parseCommand(args[0], args[1:], stderr); err == nil {
			c.stdout, c.stderr = stdout, stderr
			err = c.run(ctx, getenv)
		}
	}
	var problems *registers.Problems
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &problems):
		printProblems(stderr, problems)
		return statusProblems
	}
	fmt.Fprintln(stderr, err)
	if errors.Is(err, errUsage) {
		return statusUsage
	}
	return statusFailed
}

// printProblems prints each problem on a line.
func printProblems(to io.Writer, problems *registers.Problems) {
	for _, p := range problems.List {
		fmt.Fprintln(to, p)
	}
	if problems.More > 0 {
		fmt.Fprintf(to, "and %d more\n", problems.More)
	}
	if problems.Sent {
		fmt.Fprintln(to, "the server refused these rows and took the others")
		return
	}
	fmt.Fprintln(to, "nothing was sent")
}

const usage = `usage: isoaudit-registers export -url URL -o FILE.xlsx|FILE.csv [-register NAME[,NAME]] [-keys FILE] [-contract prompt] [-zone ZONE]
       isoaudit-registers import -url URL [-dry-run] [-register NAME [-sheet SHEET]] [-dates day-first|month-first] [-keys FILE] [-contract prompt] [-zone ZONE] FILE.xlsx|FILE.csv
Keys: ISOAUDIT_APP_ID, ISOAUDIT_REST_KEY, and ISOAUDIT_USERNAME with ISOAUDIT_PASSWORD or ISOAUDIT_MASTER_KEY, in the environment or in the -keys file.`
