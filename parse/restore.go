package parse

// opRestore is the name of the call that makes an object again.
const opRestore = "Restore"

// BatchRestore makes an object again that was read before, here or on another server,
// as an item of a batch: with its own ObjectID, CreatedAt and UpdatedAt. Changes are
// made at the same time, for what a Go value does not hold, such as the members of a
// relation and a user's password.
//
// The server must have the option allowCustomObjectId, and the client the server's
// maintenance key ([WithMaintenanceKey]); without that key the server sets the times
// of now. Cloud Code of a Parse Server runs, and takes the caller for one without a
// session. auditserver holds the object to no rule and records no event.
//
// What a server had is sent as it was, also what Create refuses because not every server
// can hold it, such as the character NUL.
func (c *Collection[T]) BatchRestore(obj *T, changes ...Change[T]) BatchItem {
	call := c.newObjectCall(opRestore, obj)
	call.Maintenance = true
	c.addChanges(&call, changes)
	return c.batchItem(call, c.created(obj))
}
