// Package cloud holds the Cloud Code that enforces the rules of package policy on
// a Parse Server, gives new objects the ACL of package schema, and records the audit
// trail: upload all of Files together, or point Parse Server's option "cloud" at
// main.js.
package cloud

//go:generate cp ../policy/rules.json rules.json

import "embed"

// Files are all that main.js needs, and itself.
//
//go:embed main.js checks.js texts.js trail.js event.js signature.js rules.json acls.json
var Files embed.FS
