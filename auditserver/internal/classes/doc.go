// Package classes knows what a class may be called, which classes the server has
// by itself and with which columns, and how a request to the schema API changes
// the columns and indexes of one.
package classes
