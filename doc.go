// Package isoaudit is a typed client for ISO 9001 quality-audit backends on
// Parse Server and Back4app: it plans audits, records findings, raises and
// closes corrective actions, controls documents and reviews audits over REST,
// GraphQL and live queries.
//
// It is the audit domain on package [parse], the client of any Parse Server.
// Options, errors, codes, fields and ACLs are parse's; the names of parse that stand
// in a program's own types and calls have an alias here.
//
// # Connecting
//
// A [Client] knows the server and an identity. [Client.As] derives one for a
// session; the first one stays as it was. Only an [Admin] has the master key.
//
//	client, err := isoaudit.NewClient("https://parseapi.back4app.com",
//		parse.WithApplicationID(appID), parse.WithRESTKey(restKey))
//	session, err := client.LogIn(ctx, username, password)
//	lena := client.As(session)
//
// # Querying
//
// The six classes are collections of a client, and each has a variable with its
// fields, such as [AuditPlanFields]. A condition on another class's field does not
// compile. Queries are values: every step returns a new one.
//
//	plan := isoaudit.AuditPlanFields
//	plans, err := lena.AuditPlans.Query().
//		Where(plan.SiteCode.Eq("PLANT-07")).
//		Include(plan.LeadAuditor).
//		Find(ctx)
//
// [parse.Query.All] gives every row, page by page. [parse.Pointer] describes what
// happens when an included object has been deleted.
//
// # Creating and updating
//
// An update is a list of changes made by fields, so what it does not name stays as
// it is. [parse.Client.Batch] sends many writes in few requests, and
// [parse.Client.Transaction] all of them or none.
//
//	err = lena.AuditPlans.Update(ctx, id, plan.Status.Set(isoaudit.PlanInProgress))
//
// # Errors, rules and unknown outcomes
//
// Every answer that is not a success is a [*parse.Error], and every mistake that was
// found before anything was sent is a [*parse.InputError]. Codes are matched with
// errors.Is, as in errors.Is(err, parse.ErrObjectNotFound). If it is not known
// whether a write was carried out, its error is [parse.ErrOutcomeUnknown].
//
// A save that breaks workflow rules is refused with a [*PolicyError] in the error;
// [Client.Check] runs the rules beforehand.
//
// # Live queries
//
// [parse.Query.Subscribe] delivers the changes of the objects that a query finds, also
// those made while the connection was down.
//
//	sub, err := lena.CorrectiveActions.Query().Subscribe(ctx)
//	for event, err := range sub.Events() { ... }
//
// # Own classes and columns
//
// [parse.NewCollection] gives any struct that embeds [parse.Object] the same API.
// A struct that embeds one of the six classes adds columns to it, and functions
// such as [AuditPlanFieldsOf] give it the fields of that class.
//
// # The backend and tests
//
// Package schema has the classes, permissions and roles as data, which
// [Admin.ApplySchema] brings to a server; policy has the rules, and cloud/main.js
// enforces them there. Package audittest starts an embedded server in one line of
// a test. A fake http.RoundTripper goes into [parse.WithTransport].
package isoaudit
