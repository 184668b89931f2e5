// Package cloud holds the Cloud Code that enforces the rules of package policy on
// a Parse Server, and gives new objects the ACL of package schema: upload main.js,
// checks.js, texts.js, rules.json and acls.json together, or point Parse Server's
// option "cloud" at main.js.
package cloud

//go:generate cp ../policy/rules.json rules.json

import "embed"

// Files are all that main.js needs, and itself.
//
//go:embed main.js checks.js texts.js rules.json acls.json
var Files embed.FS
