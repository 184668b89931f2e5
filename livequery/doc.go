// Package livequery speaks Parse Server's Live Query protocol over one
// WebSocket, as docs/protocol.md describes it (protocol section 8). Objects stay
// raw JSON; the typed events are in package parse.
//
// A Client keeps its subscriptions alive: it reconnects with jittered, capped
// backoff, notices a half-open connection by its own pings and by the gaps
// between the server's, and subscribes again before it delivers anything new.
// The protocol has no replay, so every place where events may be missing is
// marked in the stream: Resubscribed after a new connection, Overflowed when a
// slow reader made the client drop events. What to do about a mark (read the
// rows again) is left to the layer above.
//
// A Client without subscriptions holds no connection and no goroutine.
package livequery
