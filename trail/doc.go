// Package trail proves an audit trail and answers what it tells: [AsOf], [Changes],
// [Became] and [Timeline] read events; [Reconcile] compares them with the records
// they speak of; a [Log] seals them in a transparency log (RFC 6962) whose
// checkpoints are signed notes (C2SP); [Verify] checks a server against a log and a
// checkpoint that was kept elsewhere; a [Bundle] is everything an auditor needs to
// check events without the server.
//
// The format of events is package event's. Nothing here knows a client: a [Source]
// gives events and rows.
package trail
