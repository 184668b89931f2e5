// Package store keeps Parse objects in one SQLite file: a table a class, with
// real columns and indexes. It knows schemas, queries, ACL filtering and
// transactions; it knows nothing of HTTP, sessions or permissions.
package store
