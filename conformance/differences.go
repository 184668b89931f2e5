package conformance

import (
	"slices"
	"strings"
)

// Difference is one behaviour in which servers differ. The suite requires of each
// server what is written here.
type Difference struct {
	Key         string            // what is done, unique
	AuditServer string            // what auditserver answers
	ParseServer string            // what Parse Server 9.10 on PostgreSQL answers
	Others      map[Server]string // what the other ones answer that do not answer like 9.10 on PostgreSQL
	Reason      string            // why
	StandIn     string            // why FerretDB's answer is not that of MongoDB, where it is not
}

// Of gives the answer of a server.
func (d Difference) Of(server Server) string {
	if server == AuditServer {
		return d.AuditServer
	}
	if answer, ok := d.Others[server]; ok {
		return answer
	}
	return d.ParseServer
}

// Differences lists every behaviour in which servers differ, ordered by key.
func Differences() []Difference {
	all := slices.Concat(onPurpose(), betweenVersions(), betweenDatabases(), ofTheStandIn())
	slices.SortFunc(all, func(a, b Difference) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// alike makes a row of a behaviour in which auditserver and Parse Server 9.10 on
// PostgreSQL agree, and others do not.
func alike(key, answer string, others map[Server]string, reason string) Difference {
	return Difference{Key: key, AuditServer: answer, ParseServer: answer, Others: others, Reason: reason}
}
