package auditserver

import "github.com/isoaudit/isoaudit-go/auditserver/internal/document"

// GraphQLEngine answers GraphQL. Package auditserver/graphql has the one there is, so
// that a server without GraphQL links no parser for it.
type GraphQLEngine interface{ document.Engine }
