// Package values knows the values of fields in Parse's JSON encoding (protocol
// section 2.1): which type of column a value belongs to, whether it may be
// stored, and in which form.
package values
