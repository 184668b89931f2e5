package conformance

// kindsOfInstallations are differences in how devices are registered.
func kindsOfInstallations() []Kind {
	return []Kind{
		{
			Key: "a device token that another installation has", Group: "installations",
			Asks: `its token$`, AuditServer: answers, ParseServer: answers,
			Reason: "auditserver sends nothing to devices; Parse Server takes the other installation for this one, or deletes it for whoever knows its token",
		},
	}
}
