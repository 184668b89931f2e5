// Package live serves live queries over WebSockets (protocol section 8).
//
// [Hub.Serve] runs one connection: frames come in (client.go, frames.go), a
// subscribe registers a query (subscribe.go, index.go), and events go out through
// an outbox that never blocks the hub (outbox.go). [Hub.Committed] takes each
// commit, and [Hub.Run] delivers its changes to whoever may see them: for each
// viewer, the session, the class permissions, the object's ACL and the protected
// fields are looked at anew for every change (event.seenBy in deliver.go).
package live
