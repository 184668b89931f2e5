// Package auditserver is an embedded backend that speaks Parse Server's REST
// protocol on one SQLite file, for development, tests and small installations.
//
// [Open] gives an [http.Handler]. Without a schema it is a general Parse
// server: any class, any field. Where Parse Server on PostgreSQL has a known
// defect this server does the documented right thing; [Config.Quirks] makes it
// misbehave the same way.
package auditserver
