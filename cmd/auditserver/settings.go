package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/graphql"
	"github.com/isoaudit/isoaudit-go/internal/contract"
)

const (
	// defaultAppID is the application id of a server that was given none.
	defaultAppID = "isoaudit"
	defaultAddr  = "127.0.0.1:1337"
)

// settings are what the flags, the environment and the configuration file say.
type settings struct {
	addr   string
	sample bool
	prompt bool // the sample is of the second contract
	logs   logs
	tls    *certificate // nil: plain HTTP
	cfg    auditserver.Config

	madeMasterKey bool   // it was made for this run, and stands in no file yet
	masterKeyFile string // that keeps the one that was made
}

// readSettings reads the configuration file first: flags win over it. The error
// names everything that is wrong.
func readSettings(args []string, errOut io.Writer) (*settings, error) {
	s := &settings{}
	s.cfg.Logger = slog.New(slog.NewTextHandler(errOut, nil))
	fs := flag.NewFlagSet("auditserver", flag.ContinueOnError)
	fs.SetOutput(errOut)
	var flags auditserver.Config
	var configFile, certFile, keyFile string
	fs.StringVar(&s.addr, "addr", defaultAddr, "`address` to listen on; port 0 picks a free one")
	fs.StringVar(&configFile, "config", "", "JSON `file` in Parse Server's option names")
	fs.StringVar(&flags.Path, "db", "", "SQLite `file`; without it everything is kept in memory")
	fs.StringVar(&flags.FilesDir, "files", "", "`folder` for uploaded files; without it they are kept in the database")
	keys := []*key{
		addKey(fs, "app-id", "application `id` (default "+defaultAppID+")", false, &s.cfg.AppID),
		addKey(fs, "rest-key", "REST API `key`; without client keys the application id is enough", true, &s.cfg.RESTKey),
		addKey(fs, "js-key", "JavaScript `key`", false, &s.cfg.JavaScriptKey),
		addKey(fs, "master-key", "master `key` (default: one that is made and kept in FILE"+masterKeySuffix+" beside the -db FILE)", true, &s.cfg.MasterKey),
	}
	fs.BoolVar(&flags.Unsynced, "unsynced", false, "acknowledge writes before they are on the disk: faster, a power cut may lose the last ones")
	fs.BoolVar(&flags.Recover, "recover", false, "go on with a database whose log is damaged; the log on standard error says what is lost")
	fs.BoolVar(&flags.GraphQL, "graphql", false, "serve GraphQL at /graphql, as Parse Server does")
	fs.StringVar(&certFile, "tls-cert", "", "`file` with the certificate chain (PEM), to serve HTTPS; read again when it changes")
	fs.StringVar(&keyFile, "tls-key", "", "`file` with the private key of -tls-cert")
	fs.StringVar(&s.logs.access, "access-log", "", "`file` for a line of JSON for each request; - is standard error")
	fs.StringVar(&s.logs.masterKey, "master-key-log", "", "`file` for a line for each request with a master key, right or wrong; - is standard error")
	fs.BoolVar(&s.sample, "sample", false, "apply the ISO 9001 schema and its rules and load a year of audits, to look around, with GraphQL and a playground at /")
	rules := fs.Bool("rules", false, "enforce the ISO 9001 workflow rules, as cloud/main.js does on a Parse Server; -sample implies it")
	name := fs.String("contract", contract.ISO9001, contract.Usage+"; what -rules and -sample take")
	fs.Usage = func() { usage(fs) }
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: to serve, everything is given by flags; the commands are %s",
			fs.Arg(0), strings.Join(slices.Sorted(maps.Keys(commands)), ", "))
	}
	errs := []error{checkEmpty(fs), s.readConfig(configFile)}
	s.overlay(flags)
	s.completeMail()
	for _, k := range keys {
		errs = append(errs, k.read(s.cfg.Logger))
	}
	if s.cfg.AppID == "" {
		s.cfg.AppID = defaultAppID
	}
	var err error
	s.tls, err = openCertificate(certFile, keyFile, s.cfg.Logger)
	errs = append(errs, err)
	chosen, err := contract.Named(*name)
	errs = append(errs, err)
	s.prompt = *name == contract.Prompt
	if *rules || s.sample {
		s.cfg.Rules = chosen.Rules
	} else if s.prompt {
		errs = append(errs, errors.New("-contract "+*name+" does nothing without -rules or -sample"))
	}
	if s.sample {
		s.cfg.GraphQL = true
		errs = append(errs, s.servePlayground(chosen))
		for _, class := range chosen.Schema.Classes {
			s.cfg.LiveQueryClasses = append(s.cfg.LiveQueryClasses, class.Name)
		}
	}
	errs = append(errs, s.checkAddress(), s.checkPlaces(), s.cfg.Validate())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, s.findMasterKey(s.cfg.Logger)
}

// usage prints the flags and the commands.
func usage(fs *flag.FlagSet) {
	fmt.Fprintln(fs.Output(), "auditserver [flags]: serve")
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		fmt.Fprintf(fs.Output(), "auditserver %s [flags] FILE: %s\n", name, commands[name].summary)
	}
	fs.PrintDefaults()
}

// readConfig reads the configuration file, if there is one.
func (s *settings) readConfig(name string) error {
	if name == "" {
		return nil
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := auditserver.ParseConfig(file, &s.cfg); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// overlay takes over the flags that were given.
func (s *settings) overlay(flags auditserver.Config) {
	if flags.Path != "" {
		s.cfg.Path = flags.Path
	}
	if flags.FilesDir != "" {
		s.cfg.FilesDir = flags.FilesDir
	}
	s.cfg.Unsynced = s.cfg.Unsynced || flags.Unsynced
	s.cfg.GraphQL, s.cfg.GraphQLEngine = s.cfg.GraphQL || flags.GraphQL, graphql.Engine()
	s.cfg.Recover = flags.Recover
}

// checkAddress refuses to serve the network with what everybody knows.
func (s *settings) checkAddress() error {
	host, _, err := net.SplitHostPort(s.addr)
	if err != nil {
		return fmt.Errorf("-addr %q: %w", s.addr, err)
	}
	var errs []error
	if s.sample && s.tls != nil {
		errs = append(errs, errors.New("-sample is to look around on this machine: leave out -tls-cert and -tls-key"))
	}
	if loopback(host) {
		return errors.Join(errs...)
	}
	if s.sample {
		errs = append(errs, errors.New("-addr reaches beyond this machine, but everybody knows the passwords of -sample"))
	}
	if s.cfg.AppID == defaultAppID && s.cfg.RESTKey == "" && s.cfg.JavaScriptKey == "" && s.cfg.ClientKey == "" && s.cfg.WindowsKey == "" {
		errs = append(errs, errors.New("-addr reaches beyond this machine, but the application id is the well-known default and no client key is set: choose -app-id, or a -rest-key"))
	}
	return errors.Join(errs...)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// announce prints what a client needs. Keys that were given are not repeated:
// whoever gave them knows them, and output ends up in logs.
func (s *settings) announce(out io.Writer, url string) {
	line := func(name, value string) { fmt.Fprintf(out, "%-16s %s\n", name, value) }
	line("server URL", url)
	line("application id", s.cfg.AppID)
	for _, k := range []struct{ name, value string }{{"REST key", s.cfg.RESTKey}, {"JavaScript key", s.cfg.JavaScriptKey}} {
		if k.value == "" {
			line(k.name, "(not needed)")
		} else {
			line(k.name, "(as given)")
		}
	}
	switch {
	case s.madeMasterKey:
		line("master key", s.cfg.MasterKey)
	case s.masterKeyFile != "":
		line("master key", "(in "+s.masterKeyFile+")")
	default:
		line("master key", "(as given)")
	}
	where := s.cfg.Path
	if where == "" {
		where = "(in memory, gone when the server stops)"
	}
	line("data", where)
}

// serverURL is where clients on this machine find the server.
func (s *settings) serverURL(addr net.Addr, mount string) string {
	host := addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() { // all addresses: name one that can be dialled
		host = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	if s.tls != nil {
		return "https://" + host + mount
	}
	return "http://" + host + mount
}
