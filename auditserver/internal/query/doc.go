// Package query finds and gets objects as their caller may see them.
//
// The parameters of a request become a [Find] ([Queries.ParseFind]); running it
// ([Queries.Run]) adds what class permissions, pointer permissions and protected
// fields demand of the caller (authorize.go) and hands the query to the store,
// which turns it into SQL (compile.go and compilefield.go there) and filters by the
// objects' ACLs.
package query
