// Package capture writes the audit trail: for each write of a transaction an event
// (package trail/event) in the same transaction, so that either both are kept or
// none. It records as soon as the class of the events is there.
package capture
