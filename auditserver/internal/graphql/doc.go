// Package graphql answers GraphQL documents as Parse Server does (protocol
// section 10). [Engine] makes the schema that belongs to the classes, and
// [Schema.Answer] carries out a document by REST calls, which a [document.Server]
// makes for it: permissions, rules and limits of objects are the business of those.
//
// The way of a document: prepare (document.go) parses it, checks it against the
// schema, measures it, and reads its arguments; run (execute.go) resolves the
// fields of the operation one after the other, those of a class in classfields.go
// and the others in rootfields.go, and writes their values as they come
// (complete.go).
package graphql
