// Package cloud holds the Cloud Code that enforces the rules of package policy on
// a Parse Server: upload main.js and rules.json together, or point Parse Server's
// option "cloud" at main.js.
package cloud

//go:generate cp ../policy/rules.json rules.json

import "embed"

// Files are main.js and rules.json.
//
//go:embed main.js rules.json
var Files embed.FS
