package conformance

import "fmt"

// Server is a kind of server that the suite runs against.
type Server string

// The servers of the suite. Each Parse Server is the newest of its version, on
// PostgreSQL but for the last one.
const (
	AuditServer        Server = "auditserver"
	ParseServer        Server = "Parse Server 9.10"
	ParseServer8       Server = "Parse Server 8.6"
	ParseServer7       Server = "Parse Server 7.5"
	ParseServer6       Server = "Parse Server 6.5"
	ParseServer5       Server = "Parse Server 5.6"
	ParseServerMongoDB Server = "Parse Server 9.10 on MongoDB" // FerretDB stands in for it
)

// ParseServers lists the Parse Servers, the newest first.
func ParseServers() []Server {
	return []Server{ParseServer, ParseServerMongoDB, ParseServer8, ParseServer7, ParseServer6, ParseServer5}
}

// ParseServerNamed gives the server that "run.sh -server" knows by the name; no
// name is the default there.
func ParseServerNamed(name string) (Server, error) {
	switch name {
	case "", "9":
		return ParseServer, nil
	case "8":
		return ParseServer8, nil
	case "7":
		return ParseServer7, nil
	case "6":
		return ParseServer6, nil
	case "5":
		return ParseServer5, nil
	case "mongodb":
		return ParseServerMongoDB, nil
	}
	return "", fmt.Errorf("conformance: the suite knows no Parse Server named %q", name)
}
