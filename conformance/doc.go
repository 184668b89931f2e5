// Package conformance holds one suite of behaviours that every server this SDK
// is made for must show: auditserver, always and in process, and a real Parse
// Server, one or several nodes of it, where ISOAUDIT_PARSE_URL is set.
// "make conformance" and "make conformance-cluster" install, start and stop
// the real ones.
//
// Where the servers differ on purpose, Differences says so, with the reason;
// docs/differences.md is made from it, and any other difference fails the suite.
package conformance
