package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/policy"
)

// The keys of a server that was given none. Everybody knows them, so such a
// server listens on loopback only.
const (
	defaultAppID     = "isoaudit"
	defaultMasterKey = "isoaudit-master-key"
	defaultAddr      = "127.0.0.1:1337"
)

// settings are what the flags and the configuration file say.
type settings struct {
	addr   string
	sample bool
	cfg    auditserver.Config
}

// readSettings reads the configuration file first: flags win over it.
func readSettings(args []string, errOut io.Writer) (*settings, error) {
	s := &settings{}
	fs := flag.NewFlagSet("auditserver", flag.ContinueOnError)
	fs.SetOutput(errOut)
	var flags auditserver.Config
	var configFile string
	fs.StringVar(&s.addr, "addr", defaultAddr, "`address` to listen on; port 0 picks a free one")
	fs.StringVar(&configFile, "config", "", "JSON `file` in Parse Server's option names")
	fs.StringVar(&flags.Path, "db", "", "SQLite `file`; without it everything is kept in memory")
	fs.StringVar(&flags.FilesDir, "files", "", "`folder` for uploaded files; without it they are kept in the database")
	fs.StringVar(&flags.AppID, "app-id", "", "application `id` (default "+defaultAppID+")")
	fs.StringVar(&flags.RESTKey, "rest-key", "", "REST API `key`; without client keys the application id is enough")
	fs.StringVar(&flags.JavaScriptKey, "js-key", "", "JavaScript `key`")
	fs.StringVar(&flags.MasterKey, "master-key", "", "master `key` (default "+defaultMasterKey+")")
	fs.BoolVar(&flags.Unsynced, "unsynced", false, "acknowledge writes before they are on the disk: faster, a power cut may lose the last ones")
	fs.BoolVar(&flags.Recover, "recover", false, "go on with a database whose log is damaged; the log on standard error says what is lost")
	fs.BoolVar(&s.sample, "sample", false, "apply the ISO 9001 schema and its rules and load a year of audits, to look around")
	rules := fs.Bool("rules", false, "enforce the ISO 9001 workflow rules, as cloud/main.js does on a Parse Server; -sample implies it")
	fs.Usage = func() { usage(fs) }
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: to serve, everything is given by flags; the commands are %s",
			fs.Arg(0), strings.Join(slices.Sorted(maps.Keys(commands)), ", "))
	}
	if configFile != "" {
		file, err := os.ReadFile(configFile)
		if err != nil {
			return nil, err
		}
		if err := auditserver.ParseConfig(file, &s.cfg); err != nil {
			return nil, fmt.Errorf("%s: %w", configFile, err)
		}
	}
	s.overlay(flags)
	if *rules {
		s.cfg.Rules = policy.Default()
	}
	if s.sample {
		s.prepareSample()
	}
	return s, s.checkAddress()
}

// usage prints the flags and the commands.
func usage(fs *flag.FlagSet) {
	fmt.Fprintln(fs.Output(), "auditserver [flags]: serve")
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		fmt.Fprintf(fs.Output(), "auditserver %s [flags] FILE: %s\n", name, commands[name].summary)
	}
	fs.PrintDefaults()
}

// overlay takes over the flags that were given, then fills in the default keys.
func (s *settings) overlay(flags auditserver.Config) {
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&s.cfg.Path, flags.Path}, {&s.cfg.FilesDir, flags.FilesDir}, {&s.cfg.AppID, flags.AppID}, {&s.cfg.RESTKey, flags.RESTKey},
		{&s.cfg.JavaScriptKey, flags.JavaScriptKey}, {&s.cfg.MasterKey, flags.MasterKey},
	} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	s.cfg.Unsynced = s.cfg.Unsynced || flags.Unsynced
	s.cfg.Recover = flags.Recover
	if s.cfg.AppID == "" {
		s.cfg.AppID = defaultAppID
	}
	if s.cfg.MasterKey == "" {
		s.cfg.MasterKey = defaultMasterKey
	}
}

// checkAddress refuses to serve the network with keys that everybody knows.
func (s *settings) checkAddress() error {
	host, _, err := net.SplitHostPort(s.addr)
	if err != nil {
		return fmt.Errorf("-addr %q: %w", s.addr, err)
	}
	if loopback(host) {
		return nil
	}
	if s.sample {
		return errors.New("-addr reaches beyond this machine, but everybody knows the passwords of -sample")
	}
	if s.cfg.MasterKey == defaultMasterKey {
		return errors.New("-addr reaches beyond this machine, but the master key is the well-known default: choose one with -master-key or masterKey in -config")
	}
	if s.cfg.AppID == defaultAppID && s.cfg.RESTKey == "" && s.cfg.JavaScriptKey == "" && s.cfg.ClientKey == "" && s.cfg.WindowsKey == "" {
		return errors.New("-addr reaches beyond this machine, but the application id is the well-known default and no client key is set: choose -app-id, or -rest-key")
	}
	return nil
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
	for _, k := range []struct{ name, value, known string }{
		{"REST key", s.cfg.RESTKey, ""}, {"JavaScript key", s.cfg.JavaScriptKey, ""}, {"master key", s.cfg.MasterKey, defaultMasterKey},
	} {
		switch k.value {
		case "":
			line(k.name, "(not needed)")
		case k.known:
			line(k.name, k.value)
		default:
			line(k.name, "(as given)")
		}
	}
	where := s.cfg.Path
	if where == "" {
		where = "(in memory, gone when the server stops)"
	}
	line("data", where)
}

// serverURL is where clients on this machine find the server.
func serverURL(addr net.Addr, mount string) string {
	host := addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() { // all addresses: name one that can be dialled
		host = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return "http://" + host + mount
}
