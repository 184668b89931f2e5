package promptschema

import (
	"context"
	"fmt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Records are the rows of a backend of the four classes.
type Records struct {
	Users               []*User
	Audits              []*Audit
	NonConformances     []*NonConformance
	CAPAs               []*CAPA
	DocumentControlLogs []*DocumentControlLog
}

// SixRecords are the rows of a backend of the six classes.
type SixRecords struct {
	Auditors            []*isoaudit.Auditor
	AuditPlans          []*isoaudit.AuditPlan
	AuditFindings       []*isoaudit.AuditFinding
	CorrectiveActions   []*isoaudit.CorrectiveAction
	DocumentControlLogs []*isoaudit.DocumentControlLog
	AuditReviews        []*isoaudit.AuditReview
}

// Load puts the records on a server that has the schema of the four classes. They may
// come from another application: the server chooses new ids, and afterwards all ids and
// pointers of the records are the server's. A pointer to no object of the records stays
// as it is. Users need passwords, and roles are granted apart from it.
//
// It writes with the master key in batches, class by class; an error says which class.
func (r *Records) Load(ctx context.Context, admin *Admin) error {
	users, err := create(ctx, admin, admin.Users, r.Users, func(u *User) *parse.Object { return &u.Object })
	if err != nil {
		return err
	}
	for _, a := range r.Audits {
		refer(&a.Auditor, users)
	}
	for _, d := range r.DocumentControlLogs {
		refer(&d.ApprovedBy, users)
	}
	for _, c := range r.CAPAs {
		refer(&c.Owner, users)
	}
	audits, err := create(ctx, admin, admin.Audits, r.Audits, func(a *Audit) *parse.Object { return &a.Object })
	if err != nil {
		return err
	}
	for _, n := range r.NonConformances {
		refer(&n.Audit, audits)
	}
	found, err := create(ctx, admin, admin.NonConformances, r.NonConformances, func(n *NonConformance) *parse.Object { return &n.Object })
	if err != nil {
		return err
	}
	for _, c := range r.CAPAs {
		refer(&c.NonConformance, found)
	}
	if _, err := create(ctx, admin, admin.CAPAs, r.CAPAs, func(c *CAPA) *parse.Object { return &c.Object }); err != nil {
		return err
	}
	_, err = create(ctx, admin, admin.DocumentControlLogs, r.DocumentControlLogs, func(d *DocumentControlLog) *parse.Object { return &d.Object })
	return err
}

// create creates the objects as new ones and tells which id each of the old ones became.
func create[T any](ctx context.Context, admin *Admin, collection *parse.Collection[T], objects []*T, base func(*T) *parse.Object) (map[string]string, error) {
	old := make([]string, len(objects))
	items := make([]parse.BatchItem, len(objects))
	for i, object := range objects {
		old[i] = base(object).ObjectID
		*base(object) = parse.Object{} // the ACL too: the class gives it
		items[i] = collection.BatchCreate(object)
	}
	if _, err := admin.Batch(ctx, items...); err != nil {
		return nil, fmt.Errorf("promptschema: load: %w", err)
	}
	ids := make(map[string]string, len(objects))
	for i, object := range objects {
		ids[old[i]] = base(object).ObjectID
	}
	return ids, nil
}

// refer replaces an old id by the server's.
func refer[T any](pointer *parse.Pointer[T], ids map[string]string) {
	if id, ok := ids[pointer.ID]; ok {
		*pointer = parse.PointerTo[T](id)
	}
}
