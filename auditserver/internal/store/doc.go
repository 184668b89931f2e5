// Package store keeps Parse objects in SQLite: a table a class, with real
// columns and indexes, in one file that survives a kill and a power cut.
//
// # Reading and writing
//
// Reads (Store.Get, Find, Count, Each, Distinct, Aggregate) run on a pool of
// connections and see the last commit; they return once it is on the disk. What
// Get and GetMany have read is kept in memory until a commit changes it. All
// writing goes through Store.Write, whose function sees its own uncommitted
// changes; concurrent calls share one sync of the disk and each of them is all
// or nothing. Those functions run one after another: one that only inserts can
// be tried beside the others with Store.Rehearse, so that Tx.Replay only writes.
//
// # What it does not do
//
// Users, sessions, class-level permissions, protected fields, required fields,
// defaults and atomic operations are the server's work. The store checks that
// values have the type of their column, that identifiers are in the schema and
// that unique keys are unique.
package store
