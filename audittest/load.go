package audittest

import (
	"context"
	"fmt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Load puts the sample on a server that has the ISO 9001 schema and its roles.
// Afterwards all ids and pointers of the sample are those of the server. A server
// accepts the same sample only once, because references and user names are
// unique.
func (s *Sample) Load(ctx context.Context, admin *isoaudit.Admin) error {
	auditors, plans, findings := map[string]string{}, map[string]string{}, map[string]string{}
	if err := createAll(ctx, admin, admin.Auditors, s.Auditors); err != nil {
		return err
	}
	for _, auditor := range s.Auditors {
		auditors[auditor.Username] = auditor.ObjectID
	}
	if err := grantRoles(ctx, admin, s.Auditors...); err != nil {
		return err
	}

	for _, plan := range s.Plans {
		refer(&plan.LeadAuditor, auditors)
	}
	if err := createAll(ctx, admin, admin.AuditPlans, s.Plans); err != nil {
		return err
	}
	for _, plan := range s.Plans {
		plans[plan.AuditRef] = plan.ObjectID
	}

	for _, finding := range s.Findings {
		refer(&finding.AuditPlan, plans)
		refer(&finding.ReportedBy, auditors)
	}
	if err := createAll(ctx, admin, admin.AuditFindings, s.Findings); err != nil {
		return err
	}
	for _, finding := range s.Findings {
		findings[finding.FindingRef] = finding.ObjectID
	}

	for _, action := range s.Actions {
		refer(&action.Finding, findings)
		refer(&action.Owner, auditors)
	}
	for _, document := range s.Documents {
		refer(&document.Owner, auditors)
		refer(&document.ApprovedBy, auditors)
	}
	for _, review := range s.Reviews {
		refer(&review.AuditPlan, plans)
		refer(&review.ReviewedBy, auditors)
	}
	if err := createAll(ctx, admin, admin.CorrectiveActions, s.Actions); err != nil {
		return err
	}
	if err := createAll(ctx, admin, admin.DocumentControlLogs, s.Documents); err != nil {
		return err
	}
	return createAll(ctx, admin, admin.AuditReviews, s.Reviews)
}

// refer replaces a name by the server's id.
func refer[T any](pointer *isoaudit.Pointer[T], ids map[string]string) {
	*pointer = isoaudit.PointerTo[T](ids[pointer.ID])
}

func createAll[T any](ctx context.Context, admin *isoaudit.Admin, collection *isoaudit.Collection[T], objects []*T) error {
	items := make([]parse.BatchItem, len(objects))
	for i, object := range objects {
		items[i] = collection.BatchCreate(object)
	}
	_, err := admin.Batch(ctx, items...)
	return err
}

// grantRoles gives auditors the roles that they are labelled with.
func grantRoles(ctx context.Context, admin *isoaudit.Admin, auditors ...*isoaudit.Auditor) error {
	members := map[isoaudit.AuditorRole][]isoaudit.Pointer[isoaudit.Auditor]{}
	for _, auditor := range auditors {
		members[auditor.Role] = append(members[auditor.Role], auditor.Pointer())
	}
	return addMembers(ctx, admin.Client, members)
}

func addMembers(ctx context.Context, admin *isoaudit.Client, members map[isoaudit.AuditorRole][]isoaudit.Pointer[isoaudit.Auditor]) error {
	for name, users := range members {
		role, err := admin.Roles.Query().Where(isoaudit.RoleFields.Name.Eq(string(name))).First(ctx)
		if err != nil {
			return fmt.Errorf("role %q: %w", name, err)
		}
		if err := admin.Roles.Update(ctx, role.ObjectID, isoaudit.RoleFields.Users.Add(users...)); err != nil {
			return err
		}
	}
	return nil
}
