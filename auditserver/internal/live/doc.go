// Package live serves live queries over WebSockets (protocol section 8).
//
// [Hub.Serve] runs one connection: frames come in (client.go, frames.go), a
// subscribe registers a query (subscribe.go, index.go), and events go out through
// an outbox that never blocks the hub (outbox.go). [Hub.Committed] takes each
// commit, and [Hub.Run] delivers its changes to whoever may see them: for
// every change and each viewer it checks the session, the class permissions, the
// object's ACL and the protected fields (event.seenBy in sight.go).
package live
