package promptschema_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
)

var now = time.Date(2026, time.November, 22, 15, 4, 5, 0, time.UTC)

// year is the sample of a year in the six classes, with the ids of a server.
func year(t *testing.T) promptschema.SixRecords {
	t.Helper()
	server := audittest.NewServer(t)
	s := server.LoadSample(now, 1)
	return promptschema.SixRecords{
		Auditors: s.Auditors, AuditPlans: s.Plans, AuditFindings: s.Findings,
		CorrectiveActions: s.Actions, DocumentControlLogs: s.Documents, AuditReviews: s.Reviews,
	}
}

// What the report holds and what the four classes hold is all there was.
func TestAYearFromSixToFourToSix(t *testing.T) {
	six := year(t)
	four, report := promptschema.FromSix(six, promptschema.Report{})
	require.NotEmpty(t, four.NonConformances)
	require.Len(t, four.Audits, len(six.AuditPlans))
	require.Len(t, four.DocumentControlLogs, len(six.DocumentControlLogs))
	require.Len(t, report.Unheld.AuditReviews, len(six.AuditReviews))
	require.Equal(t, len(six.AuditFindings), len(four.NonConformances)+len(report.Unheld.AuditFindings))

	back, again := promptschema.ToSix(four, promptschema.Fill{Now: now}, report)
	requireSame(t, six, back)
	require.Empty(t, again.Assumed, "everything was kept")
	t.Logf("%d values and %d whole objects are not held, %d are assumed", len(report.Lost), wholeObjects(report), len(report.Assumed))
	t.Log("\n" + report.String())
}

func wholeObjects(r promptschema.Report) (n int) {
	for _, v := range r.Lost {
		if v.Column == "" {
			n++
		}
	}
	return n
}

// Without the report of the first step nothing is made up in silence: a value of the
// second six is one of the first, or the report names it.
func TestWhatIsAssumedIsNamed(t *testing.T) {
	six := year(t)
	four, lost := promptschema.FromSix(six, promptschema.Report{})
	back, report := promptschema.ToSix(four, promptschema.Fill{Now: now}, promptschema.Report{})
	named := map[string]bool{}
	for _, v := range append(report.Assumed, lost.Lost...) {
		named[v.Class+" "+v.ObjectID+" "+v.Column] = true
	}
	compared := 0
	eachObject(six, func(class, id string, first reflect.Value) {
		found := false
		eachObject(back, func(otherClass, otherID string, second reflect.Value) {
			if class != otherClass || id != otherID {
				return
			}
			found = true
			for _, f := range reflect.VisibleFields(first.Type()) {
				column, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if f.Anonymous || reflect.DeepEqual(first.FieldByIndex(f.Index).Interface(), second.FieldByIndex(f.Index).Interface()) {
					continue
				}
				require.True(t, named[class+" "+id+" "+column], "%s %s.%s changed in silence", class, id, column)
				compared++
			}
		})
		require.True(t, found || named[class+" "+id+" "], "%s %s is gone in silence", class, id)
	})
	require.Positive(t, compared)
}

// eachObject visits the objects of six classes by class and id.
func eachObject(six promptschema.SixRecords, visit func(class, id string, object reflect.Value)) {
	lists := reflect.ValueOf(six)
	for i := range lists.NumField() {
		for j := range lists.Field(i).Len() {
			object := lists.Field(i).Index(j)
			stored := object.Interface().(interface {
				parse.Classed
				parse.Stored
			})
			visit(stored.ParseClass().Name(), parse.ObjectOf(stored).ObjectID, object.Elem())
		}
	}
}

func requireSame(t *testing.T, want, have any) {
	t.Helper()
	a, b := reflect.ValueOf(want), reflect.ValueOf(have)
	for i := range a.NumField() {
		require.ElementsMatch(t, a.Field(i).Interface(), b.Field(i).Interface(), a.Type().Field(i).Name)
	}
}

// fourOf has every column of the four classes filled, and then again only those that are
// required.
func fourOf() promptschema.Records {
	at := func(days int) time.Time { return now.AddDate(0, 0, days) }
	lena, omar := parse.PointerTo[promptschema.User]("u1"), parse.PointerTo[promptschema.User]("u2")
	object := func(id string) parse.Object {
		return parse.Object{ObjectID: id, CreatedAt: at(-300), UpdatedAt: at(-200), ACL: parse.ACL{"role:auditor": {Read: true}}}
	}
	return promptschema.Records{
		Users: []*promptschema.User{{Object: object("u1"), Username: "lena", Email: "lena@example.com"}, {Object: object("u2"), Username: "omar"}},
		Audits: []*promptschema.Audit{
			{Object: object("a1"), AuditNumber: "IA-1", Site: "HQ", Status: promptschema.AuditClosed, Auditor: lena, ScheduledAt: at(-90), Notes: "Purchasing"},
			{Object: object("a2"), AuditNumber: "IA-2", Site: "HQ", Status: "Draft", Auditor: omar},
		},
		NonConformances: []*promptschema.NonConformance{
			{Object: object("n1"), NCNumber: "NC-1", Source: promptschema.SourceCustomer, Severity: promptschema.SeverityMajor, Status: promptschema.NonConformanceClosed,
				Audit: parse.PointerTo[promptschema.Audit]("a1"), RootCause: "No check.", EvidenceNotes: "PO 4711"},
			{Object: object("n2"), NCNumber: "NC-2", Source: "Gemba walk", Severity: "P1", Status: promptschema.NonConformanceCancelled,
				Audit: parse.PointerTo[promptschema.Audit]("a2")},
		},
		CAPAs: []*promptschema.CAPA{
			{Object: object("c1"), CAPANumber: "CA-1", ActionType: promptschema.ActionPreventive, ClosureStatus: promptschema.CAPAClosed,
				NonConformance: parse.PointerTo[promptschema.NonConformance]("n1"), Owner: omar, DueDate: at(-30), VerificationNotes: "20 orders sampled."},
			{Object: object("c2"), CAPANumber: "CA-2", ActionType: promptschema.ActionCorrection, ClosureStatus: promptschema.CAPAOpen,
				NonConformance: parse.PointerTo[promptschema.NonConformance]("n2"), Owner: lena, DueDate: at(30)},
		},
		DocumentControlLogs: []*promptschema.DocumentControlLog{
			{Object: object("d1"), DocumentCode: "QP-1", Title: "Purchasing", Revision: "9", EffectiveDate: at(-400), ApprovedBy: omar, Notes: "First."},
			{Object: object("d2"), DocumentCode: "QP-1", Title: "Purchasing", Revision: "10", EffectiveDate: at(-10), ApprovedBy: omar},
			{Object: object("d3"), DocumentCode: "QP-1", Title: "Purchasing", Revision: "11", EffectiveDate: at(10), ApprovedBy: omar},
			{Object: object("d4"), DocumentCode: "QP-2", Title: "Storage", Revision: "B", EffectiveDate: at(-10), ApprovedBy: lena},
			{Object: object("d5"), DocumentCode: "QP-2", Title: "Storage", Revision: "A", EffectiveDate: at(-10), ApprovedBy: lena},
		},
	}
}

func TestFromFourToSixToFour(t *testing.T) {
	four := fourOf()
	six, report := promptschema.ToSix(four, promptschema.Fill{Now: now}, promptschema.Report{})
	back, again := promptschema.FromSix(six, report)
	requireSame(t, four, back)
	require.Empty(t, again.Assumed)

	require.Equal(t, isoaudit.PlanStatus("Draft"), six.AuditPlans[1].Status, "a word that nobody knows is kept")
	require.Equal(t, now.AddDate(0, 0, -300), six.AuditPlans[1].PlannedStartDate)
	require.Equal(t, isoaudit.FindingNonconformity, six.AuditFindings[0].FindingType)
	require.Equal(t, "u1", six.AuditFindings[0].ReportedBy.ID)
	require.Equal(t, "TBD", six.CorrectiveActions[1].VerificationNote)
	var states []isoaudit.DocumentStatus
	for _, d := range six.DocumentControlLogs {
		states = append(states, d.Status)
	}
	require.Equal(t, []isoaudit.DocumentStatus{isoaudit.DocumentSuperseded, isoaudit.DocumentEffective, isoaudit.DocumentApproved,
		isoaudit.DocumentEffective, isoaudit.DocumentSuperseded}, states)
	require.Contains(t, report.String(), "not held 2 times: NonConformance.source")
	require.Contains(t, report.String(), "assumed 5 times: DocumentControlLog.owner: who approved it")
}

// A value that was only assumed and has been changed since is somebody's own.
func TestAnAssumedValueThatWasChangedStays(t *testing.T) {
	six, report := promptschema.ToSix(fourOf(), promptschema.Fill{Now: now, Text: "-", DocumentOwner: isoaudit.PointerTo[isoaudit.Auditor]("u9")}, promptschema.Report{})
	require.Equal(t, "u9", six.DocumentControlLogs[0].Owner.ID)
	require.Equal(t, "-", six.AuditPlans[0].Scope)
	six.CorrectiveActions[1].VerificationNote = "Half of the orders."
	six.AuditPlans[1].PlannedStartDate = now
	back, _ := promptschema.FromSix(six, report)
	require.Equal(t, "Half of the orders.", back.CAPAs[1].VerificationNotes)
	require.Equal(t, now, back.Audits[1].ScheduledAt)
}

func TestFindingsThatAreGradedAreNonconformities(t *testing.T) {
	finding := func(kind isoaudit.FindingType, severity isoaudit.Severity) *isoaudit.AuditFinding {
		return &isoaudit.AuditFinding{Object: parse.Object{ObjectID: fmt.Sprint(kind, severity)}, FindingType: kind, Severity: severity}
	}
	six := promptschema.SixRecords{
		AuditFindings: []*isoaudit.AuditFinding{
			finding("NCR", isoaudit.SeverityMajor), finding("NCR", isoaudit.SeverityNone), finding(isoaudit.FindingObservation, isoaudit.SeverityMajor),
		},
		CorrectiveActions: []*isoaudit.CorrectiveAction{
			{Finding: isoaudit.PointerTo[isoaudit.AuditFinding]("NCRmajor"), Status: isoaudit.CAPAClosed},
			{Finding: isoaudit.PointerTo[isoaudit.AuditFinding]("NCRmajor"), Status: isoaudit.CAPACancelled},
			{Finding: isoaudit.PointerTo[isoaudit.AuditFinding]("observationmajor"), CAPARef: "CA-9"},
		},
	}
	four, report := promptschema.FromSix(six, promptschema.Report{})
	require.Len(t, four.NonConformances, 1)
	require.Equal(t, promptschema.NonConformanceClosed, four.NonConformances[0].Status)
	require.Len(t, four.CAPAs, 2)
	require.Len(t, report.Unheld.CorrectiveActions, 1)
	back, _ := promptschema.ToSix(four, promptschema.Fill{Now: now}, report)
	require.Equal(t, isoaudit.FindingType("NCR"), back.AuditFindings[0].FindingType)
	require.Equal(t, "nothing is lost and nothing assumed\n", promptschema.Report{}.String())
}
