package conformance_test

import (
	"context"
	"strings"
	"testing"

	"github.com/isoaudit/isoaudit-go"
)

// The permission table holds over GraphQL cell by cell. TestNoWayRound asks a real
// server over GraphQL too; the whole table takes one a minute.
func TestPermissionMatrixOverGraphQL(t *testing.T) {
	b := newBackend(t, embeddedTarget(t))
	m := matrix[*isoaudit.Client]{admin: b.admin.Client, anonymous: b.anonymous, as: b.as, table: table, requireWrite: requireAllowed,
		roles: func(name string) []string { return b.people[name].roles }}
	for _, class := range b.classesOverGraphQL(t) {
		t.Run(class.name, func(t *testing.T) { m.check(t, class) })
	}
}

func (b *backend) classesOverGraphQL(t *testing.T) []class[*isoaudit.Client] {
	plan := save(t, b.admin.AuditPlans, b.plan(cora))
	finding := save(t, b.admin.AuditFindings, b.finding(plan, cora))
	link := func(id string) map[string]any { return map[string]any{"link": id} }
	person := func(name string) map[string]any { return link(b.people[name].id) }
	return []class[*isoaudit.Client]{
		overGraphQL("AuditPlan", "scope", func(owner string) map[string]any {
			p := b.plan(owner)
			return map[string]any{"auditRef": p.AuditRef, "standardClause": p.StandardClause, "scope": p.Scope, "siteCode": p.SiteCode,
				"leadAuditor": person(owner), "plannedStartDate": p.PlannedStartDate, "status": p.Status}
		}),
		overGraphQL("AuditFinding", "statement", func(owner string) map[string]any {
			f := b.finding(plan, owner)
			return map[string]any{"findingRef": f.FindingRef, "auditPlan": link(plan.ObjectID), "findingType": f.FindingType, "clause": f.Clause,
				"statement": f.Statement, "evidenceNote": f.EvidenceNote, "severity": f.Severity, "reportedBy": person(owner)}
		}),
		overGraphQL("CorrectiveAction", "actionDescription", func(owner string) map[string]any {
			a := b.action(finding, owner)
			return map[string]any{"capaRef": a.CAPARef, "finding": link(finding.ObjectID), "actionDescription": a.ActionDescription,
				"owner": person(owner), "dueDate": a.DueDate, "status": a.Status, "verificationNote": a.VerificationNote}
		}),
		overGraphQL("DocumentControlLog", "documentTitle", func(owner string) map[string]any {
			d := b.documentOf(owner)
			return map[string]any{"documentNumber": d.DocumentNumber, "documentTitle": d.DocumentTitle, "revision": d.Revision, "owner": person(owner),
				"approvedBy": link(d.ApprovedBy.ID), "effectiveDate": d.EffectiveDate, "status": d.Status}
		}),
		overGraphQL("AuditReview", "summary", func(owner string) map[string]any {
			r := b.review(plan, owner)
			return map[string]any{"auditPlan": link(plan.ObjectID), "reviewedBy": person(owner), "reviewDate": r.ReviewDate, "summary": r.Summary, "nextStep": r.NextStep}
		}),
	}
}

// overGraphQL ties a class to the table, every operation a document. text is a column
// that no rule is about, build the fields of a new object.
func overGraphQL(name, text string, build func(owner string) map[string]any) class[*isoaudit.Client] {
	one := strings.ToLower(name[:1]) + name[1:]
	send := func(ctx context.Context, c *isoaudit.Client, document string, variables map[string]any, out any) error {
		return c.GraphQL(ctx, strings.NewReplacer("Class", name, "class", one, "text", text).Replace(document), variables, out)
	}
	type object struct {
		ObjectID string `json:"objectId"`
	}
	byID := func(id string) map[string]any { return map[string]any{"id": id} }
	return class[*isoaudit.Client]{
		name: name,
		create: func(ctx context.Context, c *isoaudit.Client, owner string) (string, error) {
			var out map[string]map[string]object
			err := send(ctx, c, `mutation ($f: CreateClassFieldsInput) { createClass(input: {fields: $f}) { class { objectId } } }`, map[string]any{"f": build(owner)}, &out)
			return out["create"+name][one].ObjectID, err
		},
		get: func(ctx context.Context, c *isoaudit.Client, id string) error {
			return send(ctx, c, `query ($id: ID!) { class(id: $id) { objectId text } }`, byID(id), nil)
		},
		find: func(ctx context.Context, c *isoaudit.Client, id string) (bool, error) {
			var out map[string]struct {
				Edges []struct {
					Node object `json:"node"`
				} `json:"edges"`
			}
			err := send(ctx, c, `query ($id: ID!) { classs(where: {objectId: {equalTo: $id}}) { edges { node { objectId } } } }`, byID(id), &out)
			return len(out[one+"s"].Edges) == 1, err
		},
		// Parse Server reads the whole object where the document asks for nothing of it,
		// which not everybody may who may change it.
		change: func(ctx context.Context, c *isoaudit.Client, id string) error {
			return send(ctx, c, `mutation ($id: ID!) { updateClass(input: {id: $id, fields: {text: "changed"}}) { class { objectId } } }`, byID(id), nil)
		},
		remove: func(ctx context.Context, c *isoaudit.Client, id string) error {
			return send(ctx, c, `mutation ($id: ID!) { deleteClass(input: {id: $id}) { clientMutationId } }`, byID(id), nil)
		},
	}
}
