package conformance_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// backend is a server with the ISO 9001 schema and rules, and a person for every
// part in the workflow. Everything is done through the client.
type backend struct {
	target
	admin  *isoaudit.Admin
	run    string        // part of every reference and user name
	before schema.Schema // of the server as it was found
	count  int

	auditorClass string
	anonymous    *isoaudit.Client
	people       map[string]person
}

// person is a user, logged in.
type person struct {
	id      string // of the user
	auditor string // of the row of auditors: the same, but for the literal class
	client  *isoaudit.Client
	token   string // of the session, for requests that the client would not send
	roles   []string
}

// The people of a backend. Two have the same roles where "another's" matters.
const (
	anna  = "anna"  // auditor
	otto  = "otto"  // auditor
	cora  = "cora"  // coordinator
	mark  = "mark"  // manager
	ada   = "ada"   // approver
	aaron = "aaron" // approver
	nora  = "nora"  // no role
)

var everyone = []string{anna, otto, cora, mark, ada, aaron, nora}

// onBackends runs a test on auditserver and, where there is one, a real server.
func onBackends(t *testing.T, test func(t *testing.T, b *backend)) {
	t.Run(string(conformance.AuditServer), func(t *testing.T) { test(t, newBackend(t, embeddedTarget(t))) })
	if tg, ok := realTarget(t); ok {
		t.Run(string(tg.server), func(t *testing.T) { test(t, newBackend(t, tg)) })
	}
}

func newBackend(t *testing.T, tg target) *backend {
	t.Helper()
	b := applyBackend(t, tg, schema.UserClass)
	for name, roles := range parts {
		b.join(t, name, roles)
	}
	return b
}

// parts are the roles of the people.
var parts = map[string][]string{
	anna: {schema.RoleAuditor}, otto: {schema.RoleAuditor}, cora: {schema.RoleCoordinator},
	mark: {schema.RoleManager}, ada: {schema.RoleApprover}, aaron: {schema.RoleApprover}, nora: nil,
}

// applyBackend applies the schema whose auditors are of the class; nobody is there yet.
func applyBackend(t *testing.T, tg target, auditorClass string) *backend {
	t.Helper()
	options := tg.options(isoaudit.WithAuditorClass(auditorClass))
	admin, err := isoaudit.NewAdmin(tg.url, tg.masterKey, options...)
	require.NoError(t, err)
	client, err := isoaudit.NewClient(tg.url, options...)
	require.NoError(t, err)

	before, err := admin.Schema(t.Context())
	require.NoError(t, err)
	b := &backend{target: tg, admin: admin, run: strings.ToLower(rand.Text()[:8]), before: before, anonymous: client, people: map[string]person{}, auditorClass: auditorClass}
	t.Cleanup(func() { b.restore(t) })
	_, err = admin.ApplySchema(t.Context(), b.schema())
	require.NoError(t, err)
	return b
}

// schema is what was applied.
func (b *backend) schema() schema.Schema {
	return schema.ISO9001(schema.WithAuditorClass(b.auditorClass))
}

// join signs a person up, gives him his roles and logs him in.
func (b *backend) join(t *testing.T, name string, roles []string) {
	t.Helper()
	auditor := b.auditor(name)
	require.NoError(t, b.anonymous.Auditors.Create(t.Context(), auditor))
	for _, role := range roles {
		b.grant(t, role, auditor.ObjectID)
	}
	session, err := b.anonymous.LogIn(t.Context(), auditor.Username, "pass-"+name)
	require.NoError(t, err)
	b.people[name] = person{auditor.ObjectID, auditor.ObjectID, b.anonymous.As(session), session.Token(), roles}
}

// grant is what an administrator does: no client may.
func (b *backend) grant(t *testing.T, role, user string) {
	t.Helper()
	found := b.must(t, master, "POST", "/roles", fmt.Sprintf(`{"_method":"GET","where":{"name":%q}}`, role)).list()
	require.Len(t, found, 1)
	b.must(t, master, "PUT", "/roles/"+found[0]["objectId"].(string), fmt.Sprintf(
		`{"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":%q}]}}`, user))
}

// restore leaves a shared server as it was found, for the other behaviours and
// the next run.
func (b *backend) restore(t *testing.T) {
	if b.server == conformance.AuditServer {
		return // it ends with the test
	}
	for _, class := range b.schema().Classes {
		if class.Name == schema.TrailClass {
			continue // Cloud Code that has found it goes on writing to it
		}
		if present, ok := b.before.Class(class.Name); ok {
			b.restoreClass(t, class, present)
			continue
		}
		b.must(t, master, "DELETE", "/purge/"+class.Name, "")
		b.must(t, master, "DELETE", "/schemas/"+class.Name, "")
	}
}

func (b *backend) restoreClass(t *testing.T, wanted, before schema.Class) {
	delta := schema.Delta{Class: before.Name, Fields: map[string]schema.FieldChange{}, Permissions: before.Permissions}
	for name := range wanted.Fields {
		if field, ok := before.Fields[name]; ok && name != "objectId" && name != "createdAt" && name != "updatedAt" {
			delta.Fields[name] = schema.FieldChange{Field: field}
		} else if !ok {
			delta.Fields[name] = schema.FieldChange{Drop: true}
		}
	}
	body, err := json.Marshal(delta)
	require.NoError(t, err)
	b.must(t, master, "PUT", "/schemas/"+before.Name, string(body))
}

// name makes a name of this run.
func (b *backend) name(prefix string) string { return prefix + b.run }

// ref makes a reference that nothing else has.
func (b *backend) ref(prefix string) string {
	b.count++
	return fmt.Sprintf("%s-%s-%d", prefix, b.run, b.count)
}

func (b *backend) as(name string) *isoaudit.Client { return b.people[name].client }

func (b *backend) pointer(name string) isoaudit.Pointer[isoaudit.Auditor] {
	return isoaudit.PointerTo[isoaudit.Auditor](b.people[name].auditor)
}

// The following give objects that no rule objects to.

func (b *backend) auditor(name string) *isoaudit.Auditor {
	return &isoaudit.Auditor{
		Username: name + "-" + b.run, Email: name + "-" + b.run + "@example.com",
		Password: parse.Password("pass-" + name), Role: isoaudit.RoleAuditor, SiteCode: "PLANT-07",
	}
}

func (b *backend) plan(lead string) *isoaudit.AuditPlan {
	return &isoaudit.AuditPlan{
		AuditRef: b.ref("IA"), StandardClause: "9.2", Scope: "Purchasing", SiteCode: "PLANT-07",
		LeadAuditor: b.pointer(lead), PlannedStartDate: time.Now(), Status: isoaudit.PlanPlanned,
	}
}

func (b *backend) finding(plan *isoaudit.AuditPlan, reporter string) *isoaudit.AuditFinding {
	return &isoaudit.AuditFinding{
		FindingRef: b.ref("NC"), AuditPlan: plan.Pointer(), FindingType: isoaudit.FindingNonconformity, Clause: "8.4.1",
		Statement: "A supplier was not evaluated", EvidenceNote: "PO 4711", Severity: isoaudit.SeverityMajor,
		ReportedBy: b.pointer(reporter),
	}
}

func (b *backend) action(finding *isoaudit.AuditFinding, owner string) *isoaudit.CorrectiveAction {
	return &isoaudit.CorrectiveAction{
		CAPARef: b.ref("CA"), Finding: finding.Pointer(), ActionDescription: "Evaluate all suppliers", Owner: b.pointer(owner),
		DueDate: time.Now().AddDate(0, 1, 0), Status: isoaudit.CAPAOpen, VerificationNote: "TBD",
	}
}

func (b *backend) document(owner, approver string) *isoaudit.DocumentControlLog {
	return &isoaudit.DocumentControlLog{
		DocumentNumber: b.ref("QP"), DocumentTitle: "Purchasing", Revision: "A", Owner: b.pointer(owner),
		ApprovedBy: b.pointer(approver), EffectiveDate: time.Now(), Status: isoaudit.DocumentDraft,
	}
}

func (b *backend) review(plan *isoaudit.AuditPlan, reviewer string) *isoaudit.AuditReview {
	return &isoaudit.AuditReview{
		AuditPlan: plan.Pointer(), ReviewedBy: b.pointer(reviewer), ReviewDate: time.Now(),
		Summary: "Effective", NextStep: "Widen the sample",
	}
}

// save stores an object as an administrator would.
func save[T any](t *testing.T, collection *isoaudit.Collection[T], object *T) *T {
	t.Helper()
	require.NoError(t, collection.Create(t.Context(), object))
	return object
}
