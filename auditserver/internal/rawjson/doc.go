// Package rawjson reads the JSON of a request as text: an object is split into
// its members and each member is decoded by itself, so that what is only passed
// on, or only looked for, is never decoded. [TooDeep] bounds the nesting before
// anything recursive reads it.
package rawjson
