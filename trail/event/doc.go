// Package event is the format of the audit trail: what one event holds, how it is
// written as text and what of it is hashed. The servers write it, clients read it,
// and package trail proves it; cloud/event.js writes the same in Cloud Code, and
// both pass testdata/vectors.json.
//
// An event is a row of class AuditTrail. Its entry is canonical JSON (RFC 8785) and
// holds a hash of every changed column; the values themselves stand beside it,
// each with a random salt, so that a value can be taken out later ([Event.Redacted])
// while the entry, its hash and every proof over them stay as they are.
package event
