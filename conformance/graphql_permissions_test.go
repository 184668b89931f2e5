package conformance_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// The permission table holds over GraphQL cell by cell.
func TestPermissionMatrixOverGraphQL(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		m := b.matrix()
		for _, class := range b.classesOverGraphQL(t) {
			t.Run(class.name, func(t *testing.T) { m.check(t, class) })
		}
	})
}

func (b *backend) classesOverGraphQL(t *testing.T) []class[*isoaudit.Client] {
	plan := save(t, b.admin.AuditPlans, b.plan(cora))
	finding := save(t, b.admin.AuditFindings, b.finding(plan, cora))
	link := func(id string) map[string]any { return map[string]any{"link": id} }
	person := func(name string) map[string]any { return link(b.people[name].id) }
	return []class[*isoaudit.Client]{
		b.overGraphQL("AuditPlan", "scope", func(owner string) map[string]any {
			p := b.plan(owner)
			return map[string]any{"auditRef": p.AuditRef, "standardClause": p.StandardClause, "scope": p.Scope, "siteCode": p.SiteCode,
				"leadAuditor": person(owner), "plannedStartDate": p.PlannedStartDate, "status": p.Status}
		}),
		b.overGraphQL("AuditFinding", "statement", func(owner string) map[string]any {
			f := b.finding(plan, owner)
			return map[string]any{"findingRef": f.FindingRef, "auditPlan": link(plan.ObjectID), "findingType": f.FindingType, "clause": f.Clause,
				"statement": f.Statement, "evidenceNote": f.EvidenceNote, "severity": f.Severity, "reportedBy": person(owner)}
		}),
		b.overGraphQL("CorrectiveAction", "actionDescription", func(owner string) map[string]any {
			a := b.action(finding, owner)
			return map[string]any{"capaRef": a.CAPARef, "finding": link(finding.ObjectID), "actionDescription": a.ActionDescription,
				"owner": person(owner), "dueDate": a.DueDate, "status": a.Status, "verificationNote": a.VerificationNote}
		}),
		b.overGraphQL("DocumentControlLog", "documentTitle", func(owner string) map[string]any {
			d := b.documentOf(owner)
			return map[string]any{"documentNumber": d.DocumentNumber, "documentTitle": d.DocumentTitle, "revision": d.Revision, "owner": person(owner),
				"approvedBy": link(d.ApprovedBy.ID), "effectiveDate": d.EffectiveDate, "status": d.Status}
		}),
		b.overGraphQL("AuditReview", "summary", func(owner string) map[string]any {
			r := b.review(plan, owner)
			return map[string]any{"auditPlan": link(plan.ObjectID), "reviewedBy": person(owner), "reviewDate": r.ReviewDate, "summary": r.Summary, "nextStep": r.NextStep}
		}),
	}
}

// overGraphQL ties a class to the table, every operation a document. text is a column
// that no rule is about, build the fields of a new object.
func (b *backend) overGraphQL(name, text string, build func(owner string) map[string]any) class[*isoaudit.Client] {
	one := strings.ToLower(name[:1]) + name[1:]
	// The answer has the object below the name of the operation, or in the edges of many.
	type object struct {
		ObjectID string `json:"objectId"`
		Text     string `json:"text"`
	}
	send := func(ctx context.Context, c *isoaudit.Client, document string, variables map[string]any, out any) error {
		return c.GraphQL(ctx, strings.NewReplacer("Class", name, "class", one, "column", text).Replace(document), variables, out)
	}
	byID := func(id string) map[string]any { return map[string]any{"id": id} }
	const get = `query ($id: ID!) { object: class(id: $id) { objectId text: column } }`
	return class[*isoaudit.Client]{
		name: name,
		create: func(ctx context.Context, c *isoaudit.Client, owner string) (string, error) {
			var out struct {
				Made struct {
					Object object `json:"object"`
				} `json:"made"`
			}
			err := send(ctx, c, `mutation ($f: CreateClassFieldsInput) { made: createClass(input: {fields: $f}) { object: class { objectId } } }`, map[string]any{"f": build(owner)}, &out)
			return out.Made.Object.ObjectID, err
		},
		get: func(ctx context.Context, c *isoaudit.Client, id string) error {
			return send(ctx, c, get, byID(id), nil)
		},
		find: func(ctx context.Context, c *isoaudit.Client, id string) (bool, error) {
			var out struct {
				Found struct {
					Edges []struct {
						Node object `json:"node"`
					} `json:"edges"`
				} `json:"found"`
			}
			err := send(ctx, c, `query ($id: ID!) { found: classs(where: {objectId: {equalTo: $id}}) { edges { node { objectId } } } }`, byID(id), &out)
			return len(out.Found.Edges) == 1, err
		},
		change: func(ctx context.Context, c *isoaudit.Client, id string) error {
			changed := "changed " + rand.Text()
			err := send(ctx, c, `mutation ($id: ID!, $text: String!) { updateClass(input: {id: $id, fields: {column: $text}}) { class { objectId } } }`, map[string]any{"id": id, "text": changed}, nil)
			if !errors.Is(err, parse.ErrObjectNotFound) {
				return err
			}
			// Parse Server reads what it has changed, which not everybody may who may change it.
			var out struct {
				Object object `json:"object"`
			}
			if e := send(ctx, b.admin.Client, get, byID(id), &out); e != nil {
				return e
			}
			if out.Object.Text == changed {
				return nil
			}
			return err
		},
		remove: func(ctx context.Context, c *isoaudit.Client, id string) error {
			return send(ctx, c, `mutation ($id: ID!) { deleteClass(input: {id: $id}) { clientMutationId } }`, byID(id), nil)
		},
	}
}
