package conformance

// kindsOfPermissions are differences in what is allowed.
func kindsOfPermissions() []Kind {
	return []Kind{
		{
			Key: "a count of what nobody owns", Group: "permissions",
			Asks: `: count( and find)? by nobody`, AuditServer: `"count":0`, ParseServer: `"count":\[\]`, On: onPostgreSQL,
			Reason: "a fault of Parse Server: a count is a number",
		},
	}
}
