package auditserver

import (
	"slices"
	"strings"
)

// routeRoots are what the paths of all routes below the mount path begin with.
var routeRoots = []string{
	"aggregate", "apps", "batch", "classes", "cloud_code", "config", "events", "files", "functions", "health", "installations", "jobs",
	"login", "loginas", "logout", "metrics", "purge", "ready", "requestpasswordreset", "roles", "schemas", "serverinfo", "sessions",
	"upgradetorevocablesession", "users", "verificationemailrequest", "verifypassword",
}

// hidesRoute tells whether something else answers at a path, or at paths that begin so.
func (c *Config) hidesRoute(at string) bool {
	if at == "/" || at == c.MountPath {
		return true
	}
	below, mounted := strings.CutPrefix(at, c.MountPath)
	first, _, _ := strings.Cut(strings.TrimLeft(below, "/"), "/")
	return mounted && slices.Contains(routeRoots, strings.ToLower(first))
}
