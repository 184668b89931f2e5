// Package audittest is the test kit for code that uses isoaudit: a running
// auditserver with the ISO 9001 schema in one line, clients logged in as any
// role, a realistic year of audits, and scripted faults.
//
// It needs nothing but Go, and works with any test framework: see TB.
package audittest
