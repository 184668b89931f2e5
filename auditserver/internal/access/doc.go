// Package access decides what a caller may do: which keys are accepted
// ([KeyRing]), who a caller is ([Caller]), what class-level permissions grant
// ([Permit], protocol section 4.3), what the ACL of an object allows
// ([Caller.MayRead]) and which fields are hidden from whom ([Protected]).
//
// It decides from what it is given and reads no database.
package access
