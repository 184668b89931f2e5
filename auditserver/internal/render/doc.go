// Package render writes stored objects as JSON for one caller: with the fields
// that are asked for and not hidden, with included objects in the place of
// pointers, and with files at their present URL.
package render
