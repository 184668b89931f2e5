// Package ops works out what a write does to an object: new values, atomic
// operations such as Increment and AddUnique, dotted names that change one key of
// an Object, and relations (protocol section 2.2). It knows the values before the
// write and touches no database.
package ops
