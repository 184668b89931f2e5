package conformance_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
)

// promptBackend is a server of the second contract, the four classes, with the people of
// a backend.
type promptBackend struct {
	target
	admin     *promptschema.Admin
	anonymous *promptschema.Client
	people    map[string]promptPerson
	run       string // part of every reference and user name
	count     int
}

type promptPerson struct {
	id     string
	client *promptschema.Client
	roles  []string
}

// onPromptBackends runs a test on auditserver and, where run.sh started one with
// -contract prompt, on a real server with the Cloud Code of this contract.
func onPromptBackends(t *testing.T, test func(t *testing.T, b *promptBackend)) {
	t.Run(string(conformance.AuditServer), func(t *testing.T) {
		s := audittest.NewPromptServer(t)
		test(t, newPromptBackend(t, target{server: conformance.AuditServer, url: s.URL, appID: s.AppID, restKey: s.RESTKey, masterKey: s.MasterKey}))
	})
	if os.Getenv(contractVariable) != "prompt" {
		return
	}
	tg, ok := namedTarget(t)
	require.True(t, ok)
	t.Run(string(tg.server), func(t *testing.T) { test(t, newPromptBackend(t, tg)) })
}

func newPromptBackend(t *testing.T, tg target) *promptBackend {
	t.Helper()
	b := &promptBackend{target: tg, people: map[string]promptPerson{}, run: strings.ToLower(rand.Text()[:8])}
	var err error
	b.admin, err = promptschema.NewAdmin(tg.url, tg.masterKey, tg.options()...)
	require.NoError(t, err)
	b.anonymous, err = promptschema.NewClient(tg.url, tg.options()...)
	require.NoError(t, err)
	_, err = b.admin.ApplySchema(t.Context())
	require.NoError(t, err)
	for name, roles := range parts {
		b.join(t, name, roles)
	}
	return b
}

// join signs a person up, gives him his roles and logs him in.
func (b *promptBackend) join(t *testing.T, name string, roles []string) {
	t.Helper()
	user := &promptschema.User{Username: name + "-" + b.run, Email: name + "-" + b.run + "@example.com", Password: parse.Password("pass-" + name)}
	_, err := b.anonymous.SignUp(t.Context(), user)
	require.NoError(t, err)
	for _, role := range roles {
		(&backend{target: b.target}).grant(t, role, user.ObjectID)
	}
	_, session, err := b.anonymous.LogIn(t.Context(), user.Username, "pass-"+name)
	require.NoError(t, err)
	b.people[name] = promptPerson{user.ObjectID, b.anonymous.As(session), roles}
}

func (b *promptBackend) as(name string) *promptschema.Client { return b.people[name].client }

func (b *promptBackend) pointer(name string) parse.Pointer[promptschema.User] {
	return parse.PointerTo[promptschema.User](b.people[name].id)
}

func (b *promptBackend) ref(prefix string) string {
	b.count++
	return fmt.Sprintf("%s-%s-%d", prefix, b.run, b.count)
}

// The following give objects that no rule objects to.

func (b *promptBackend) audit(auditor string) *promptschema.Audit {
	return &promptschema.Audit{AuditNumber: b.ref("IA"), Site: "PLANT-07", Status: promptschema.AuditInProgress, Auditor: b.pointer(auditor)}
}

func (b *promptBackend) nonConformance(audit *promptschema.Audit) *promptschema.NonConformance {
	return &promptschema.NonConformance{
		NCNumber: b.ref("NC"), Source: promptschema.SourceInternalAudit, Severity: promptschema.SeverityMajor,
		Status: promptschema.NonConformanceOpen, Audit: audit.Pointer(),
	}
}

func (b *promptBackend) capa(found *promptschema.NonConformance, owner string) *promptschema.CAPA {
	return &promptschema.CAPA{
		CAPANumber: b.ref("CA"), ActionType: promptschema.ActionCorrective, ClosureStatus: promptschema.CAPAOpen,
		NonConformance: found.Pointer(), Owner: b.pointer(owner), DueDate: time.Now().AddDate(0, 1, 0),
	}
}

func (b *promptBackend) document(approver string) *promptschema.DocumentControlLog {
	return &promptschema.DocumentControlLog{
		DocumentCode: b.ref("QP"), Title: "Purchasing", Revision: "A", EffectiveDate: time.Now().AddDate(0, 1, 0), ApprovedBy: b.pointer(approver),
	}
}

// newCAPA is one of otto's, for a nonconformity of an audit of anna's.
func (b *promptBackend) newCAPA(t *testing.T) *promptschema.CAPA {
	t.Helper()
	return b.capa(save(t, b.admin.NonConformances, b.nonConformance(save(t, b.admin.Audits, b.audit(anna)))), otto)
}

// capaInVerification is a CAPA that otto, its owner, reports as done.
func (b *promptBackend) capaInVerification(t *testing.T) *promptschema.CAPA {
	t.Helper()
	c := save(t, b.admin.CAPAs, b.newCAPA(t))
	for _, next := range []promptschema.ClosureStatus{promptschema.CAPAInProgress, promptschema.CAPAPendingVerification} {
		require.NoError(t, b.as(otto).CAPAs.Update(t.Context(), c.ObjectID, promptschema.CAPAFields.ClosureStatus.Set(next)))
	}
	return c
}

// issuedDocument is a revision that is in force.
func (b *promptBackend) issuedDocument(t *testing.T) *promptschema.DocumentControlLog {
	t.Helper()
	d := b.document(ada)
	d.EffectiveDate = time.Now().AddDate(0, 0, -2)
	return save(t, b.admin.DocumentControlLogs, d)
}
