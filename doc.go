// Package isoaudit is a typed client for ISO 9001 quality-audit backends on
// Parse Server and Back4app: it plans audits, records findings, raises and
// closes corrective actions, controls documents and reviews audits over REST,
// GraphQL and live queries.
package isoaudit
