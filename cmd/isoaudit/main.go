// Command isoaudit manages the schema and the Cloud Code of an ISO 9001 audit backend on a
// Parse Server, Back4app or the embedded auditserver, says what is wrong with such a server,
// seals and verifies its audit trail, and writes reports:
//
//	isoaudit doctor -url URL          say what is wrong and what to change; status 3 if anything is
//
//	isoaudit schema plan   -url URL   print what apply would change
//	isoaudit schema apply  -url URL   change it
//	isoaudit schema diff   -url URL   print what differs; status 3 if anything does
//	isoaudit schema export [-url URL] print the schema as JSON: the server's, or without -url the wanted one
//
//	isoaudit cloud DIR                write the folder of Cloud Code that enforces the rules on a Parse Server
//
// Both take -contract prompt for the template's second contract, the classes Audit,
// DocumentControlLog, NonConformance and CAPA. An application has one of the two contracts.
//
//	isoaudit gen go      [-url URL] [-o FILE [-check]]           write structs and columns for package parse
//	isoaudit gen openapi [-url URL] [-o FILE [-check]]           write an OpenAPI 3.1 document; -check: status 3 if FILE is stale
//
//	isoaudit dump -url URL -dir FOLDER      copy everything of an application into a folder; again: go on where it ended early
//	isoaudit restore -url URL -dir FOLDER   put it into an application without rows; -plan only says what the server cannot take
//
//	isoaudit trail keygen -key FILE -origin NAME                 make a key: FILE and FILE.pub
//	isoaudit trail seal   -key FILE -log FOLDER -url URL         seal new events, print the checkpoint
//	isoaudit trail verify -public FILE -log FOLDER -url URL      check the server; status 3 if something does not agree
//	isoaudit trail verify -public FILE -bundle FILE              check a bundle
//	isoaudit trail show   -url URL [-class CLASS -record ID]     print events
//	isoaudit trail redact -url URL -class CLASS -record ID -columns A,B [-reasons] -reason WHY   take values out of events
//	isoaudit trail export -public FILE -log FOLDER -url URL -bundle FILE [-class CLASS -record ID]
//
//	isoaudit report audit   -url URL -ref IA-2026-007      write the report of an audit, an HTML file
//	isoaudit report finding -url URL -ref F-2026-031       the sheet of a nonconformity and its actions
//	isoaudit report actions -url URL -from DAY -to DAY     the log of corrective actions
//	isoaudit report review  -url URL -from DAY -to DAY     the input of the management review
//
// The keys of the server come from the environment, ISOAUDIT_APP_ID, ISOAUDIT_REST_KEY (where
// the server wants one) and ISOAUDIT_MASTER_KEY, or from lines NAME=VALUE in the
// file that -keys names. They are never arguments, which every user of the
// machine can read.
//
// The status is 0 for success, 1 for a failure, 2 for a wrong command line and 3
// for a schema that differs, for a trail in which something does not agree, for a
// server with which something is wrong, and for one that cannot take a dump.
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

	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
)

const (
	statusFailed = 1
	statusUsage  = 2
	statusDrift  = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program; what it needs from its surroundings is passed in.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) < 2 {
		fmt.Fprintln(stderr, usage)
		return statusUsage
	}
	var command interface {
		run(ctx context.Context, getenv func(string) string, stdout io.Writer) error
	}
	var err error
	switch args[0] {
	case "doctor":
		command, err = parseDoctorCommand(args[1:], stderr)
	case "dump", "restore":
		command, err = parseDumpCommand(args[0], args[1:], stderr)
	case "gen":
		command, err = parseGenCommand(args[1], args[2:], stderr)
	case "schema":
		command, err = parseCommand(args[1], args[2:], stderr)
	case "cloud":
		command, err = parseCloudCommand(args[1:], stderr)
	case "report":
		command, err = parseReportCommand(args[1], args[2:], stderr)
	case "trail":
		command, err = parseTrailCommand(args[1], args[2:], stderr)
	default:
		fmt.Fprintln(stderr, usage)
		return statusUsage
	}
	if err == nil {
		err = command.run(ctx, getenv, stdout)
	}
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, err)
		return statusUsage
	case errors.Is(err, parse.ErrSchemaDrift), errors.Is(err, errDisagrees), errors.Is(err, errWrong), errors.Is(err, errStale), errors.Is(err, dump.ErrObstacles):
		fmt.Fprintln(stderr, err)
		return statusDrift
	}
	fmt.Fprintln(stderr, err)
	return statusFailed
}

// parseFlags reads the arguments of a command. What is wrong with them is an errUsage,
// and a wish for help stays flag.ErrHelp.
func parseFlags(flags *flag.FlagSet, args []string) error {
	err := flags.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return fmt.Errorf("%w: %w", errUsage, err)
}

const usage = `usage: isoaudit doctor -url URL [-keys FILE] [-contract prompt] [-schema FILE]
       isoaudit schema plan|apply|diff -url URL [-keys FILE] [-contract prompt] [-schema FILE]
       isoaudit schema export [-url URL] [-keys FILE] [-contract prompt]
       isoaudit cloud [-contract prompt] DIR
       isoaudit gen go|openapi [-url URL [-keys FILE]] [-contract prompt] [-schema FILE] [-class CLASS] [-package NAME] [-o FILE [-check]]
       isoaudit dump -url URL -dir FOLDER [-keys FILE] [-class CLASS] [-quiet]
       isoaudit restore -url URL -dir FOLDER [-keys FILE] [-class CLASS] [-plan] [-new-times] [-quiet]
       isoaudit trail keygen -key FILE -origin NAME
       isoaudit trail seal -key FILE -log FOLDER -url URL [-keys FILE] [-checkpoint FILE] [-grace 1m]
       isoaudit trail verify -public FILE -log FOLDER -url URL [-keys FILE] [-checkpoint FILE]
       isoaudit trail verify -public FILE -bundle FILE [-checkpoint FILE]
       isoaudit trail show -url URL [-keys FILE] [-class CLASS -record ID]
       isoaudit trail redact -url URL -class CLASS -record ID -columns A,B [-reasons] -reason WHY [-keys FILE]
       isoaudit trail export -public FILE -log FOLDER -url URL -bundle FILE [-keys FILE] [-class CLASS -record ID] [-checkpoint FILE]
       isoaudit report audit|finding -url URL -ref REFERENCE [-keys FILE] [-words FILE] [-zone ZONE] [-out FILE] [-checkpoint FILE -public FILE]
       isoaudit report actions|review -url URL -from DAY -to DAY [-keys FILE] [-words FILE] [-zone ZONE] [-out FILE] [-checkpoint FILE -public FILE]
Keys: ISOAUDIT_APP_ID, ISOAUDIT_REST_KEY, ISOAUDIT_MASTER_KEY, for restore ISOAUDIT_MAINTENANCE_KEY, in the environment or in the -keys file.`
