// Package wire holds Parse's JSON encodings, shared by client and server
// (protocol section 2.1).
package wire
