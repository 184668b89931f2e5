// Package session keeps the sessions of users: it opens and ends them, and tells
// who is behind a token, with all roles of that user. Tokens are stored nowhere, only
// their digests are.
package session
