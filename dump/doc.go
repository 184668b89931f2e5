// Package dump copies everything of an application into a folder, and from the folder
// into another application: of the same server or of another one, a Parse Server or an
// auditserver.
//
//	manifest, err := dump.Write(ctx, admin, "backup", dump.Options{})
//	...
//	report, err := dump.Restore(ctx, other, "backup", dump.Options{})
//
// A dump holds the classes with their columns, indexes and permissions, all rows with
// their ids, times and ACLs, the members of relations and roles, the contents of
// files, and the configuration parameters. It does not hold what is worth nothing
// elsewhere or is a secret: passwords, log-ins with other services (authData),
// sessions, installations, jobs. Users who were restored ask for a new password.
//
// The rows of a class are read in the order of their ids and in pages, so that memory
// stays the same however many there are. A dump is no snapshot: rows that change
// meanwhile are read before or after it.
//
// Both are resumed by calling them again after they ended early, for whatever reason.
//
// # The server that restores
//
// Ids are kept where the server has the option allowCustomObjectId, and times where
// the client has its maintenance key ([parse.WithMaintenanceKey]). A Parse Server runs
// its Cloud Code for every row, and takes the caller for one without a session: start
// it without Cloud Code for as long as this takes. It also sends mail to users whose
// e-mail address it verifies, and opens a session for each user, whose token nobody
// gets to know. auditserver holds restored rows to no rule, and the
// audit trail comes with them. Files get new names, because a server puts a random
// prefix before each; the rows that refer to them are changed accordingly.
package dump
