// Package promptschema is a typed client of the template's second contract: the classes
// that its agent prompt describes, Audit, DocumentControlLog, NonConformance and CAPA,
// and Parse Server's own users. Package isoaudit has the first contract, of six classes.
// An application has one of the two.
//
// The backend is data in three packages: [schema.Prompt] has the classes with their
// permissions and roles, [policy.Prompt] the rules, and "isoaudit cloud -contract prompt
// DIR" writes the Cloud Code that enforces them on a Parse Server.
//
//	client, err := promptschema.NewClient("https://parseapi.back4app.com",
//		parse.WithApplicationID(appID), parse.WithRESTKey(restKey))
//	_, session, err := client.LogIn(ctx, username, password)
//	lena := client.As(session)
//
//	nc, capa := promptschema.NonConformanceFields, promptschema.CAPAFields
//	open, err := lena.NonConformances.Query().
//		Where(nc.Status.Ne(promptschema.NonConformanceClosed)).
//		Include(nc.Audit).
//		Find(ctx)
//	err = lena.CAPAs.Update(ctx, id, capa.ClosureStatus.Set(promptschema.CAPAClosed), capa.VerificationNotes.Set(notes))
//
// Queries, batches, files and live queries are those of package parse. A save that breaks
// rules is an [*isoaudit.PolicyError], from this package's Check and from the server.
//
// [FromSix] and [ToSix] convert the records of one contract to the other, and report what
// the other one cannot hold.
package promptschema
