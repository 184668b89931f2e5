// Package conformance holds one suite of behaviours that every server this SDK
// is made for must show: auditserver, always and in process, and a real Parse
// Server, one or several nodes of it, where ISOAUDIT_PARSE_URL is set.
// "make conformance" and its like install, start and stop the real ones: Parse
// Server 9, one and two nodes, and 8, 7, 6 and 5 on PostgreSQL, and 9 on its
// adapter for MongoDB.
//
// Beside the behaviours that somebody wrote down stand thousands of generated
// questions (TestGenerated), asked of auditserver and of Parse Server 9.10.
//
// Where the servers differ on purpose, Differences and Kinds say so, with the reason;
// docs/differences.md is made from them, and any other difference fails the suite.
package conformance
