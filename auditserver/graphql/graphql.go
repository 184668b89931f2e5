// Package graphql is what an auditserver answers GraphQL with. It stands apart, so that
// a program whose server has no GraphQL does not link its parser:
//
//	server, err := auditserver.Open(ctx, auditserver.Config{AppID: "app", GraphQL: true, GraphQLEngine: graphql.Engine()})
package graphql

import (
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/graphql"
)

// Engine is for GraphQLEngine of auditserver.Config.
func Engine() auditserver.GraphQLEngine { return graphql.Engine{} }
