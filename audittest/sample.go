package audittest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// SamplePassword is the password of every auditor of a Sample.
const SamplePassword = "sample-Pa55word"

// Sample is a year of audits at four sites of a made-up company: plans,
// findings, actions in every state, documents with their revisions, and
// reviews. It obeys the rules of package policy.
//
// Before Load the objects have no ids, and a pointer holds the user name or the
// reference of what it points to. Load puts the server's ids in their place.
type Sample struct {
	Auditors  []*isoaudit.Auditor // the roles they hold are their Role
	Plans     []*isoaudit.AuditPlan
	Findings  []*isoaudit.AuditFinding
	Actions   []*isoaudit.CorrectiveAction
	Documents []*isoaudit.DocumentControlLog
	Reviews   []*isoaudit.AuditReview
}

// NewSample makes the year around now: 46 weeks of it have passed and 6 are to
// come. The same now and seed make the same sample. Dates that mean a day are
// noon in UTC of that day, so that they are the same day nearly everywhere.
func NewSample(now time.Time, seed uint64) *Sample {
	m := &maker{Sample: &Sample{}, now: now.UTC(), numbers: map[string]int{}, dice: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // sample data, not secrets
	m.auditors()
	for week := -46; week <= 6; week++ {
		m.audit(week)
	}
	m.documents()
	return m.Sample
}

// maker holds what is needed while a sample is made.
type maker struct {
	*Sample
	now     time.Time
	dice    *rand.Rand
	numbers map[string]int // the last number given out, by prefix and year
}

// day is noon of the day that many days from now.
func (m *maker) day(days int) time.Time {
	y, month, d := m.now.AddDate(0, 0, days).Date()
	return time.Date(y, month, d, 12, 0, 0, 0, time.UTC)
}

// chance is true in the given percentage of calls.
func (m *maker) chance(percent int) bool { return m.dice.IntN(100) < percent }

// reference is the next one of its kind in that year.
func (m *maker) reference(kind string, at time.Time) string {
	prefix := fmt.Sprintf("%s-%d", kind, at.Year())
	m.numbers[prefix]++
	return fmt.Sprintf("%s-%03d", prefix, m.numbers[prefix])
}

func (m *maker) auditors() {
	for _, p := range people {
		m.Auditors = append(m.Auditors, &isoaudit.Auditor{
			Username: p.username,
			Email:    p.username + "@pumps.example",
			Password: SamplePassword,
			Role:     p.role,
			SiteCode: p.site,
		})
	}
}

// somebody is one of the people for whom fits is true.
func (m *maker) somebody(fits func(person) bool) isoaudit.Pointer[isoaudit.Auditor] {
	var candidates []string
	for _, p := range people {
		if fits(p) {
			candidates = append(candidates, p.username)
		}
	}
	return isoaudit.PointerTo[isoaudit.Auditor](candidates[m.dice.IntN(len(candidates))])
}

// audit makes the audit of one week and everything that came of it.
func (m *maker) audit(week int) {
	site := sites[len(m.Plans)%len(sites)]
	process := processes[len(m.Plans)*3%len(processes)]
	monday := 7*week - (int(m.now.Weekday())+6)%7
	days := monday + m.dice.IntN(5)
	start := m.day(days).Add(-4 * time.Hour) // audits begin in the morning
	plan := &isoaudit.AuditPlan{
		AuditRef:         m.reference("IA", start),
		StandardClause:   process.clause,
		Scope:            process.scope,
		SiteCode:         site,
		LeadAuditor:      m.somebody(func(p person) bool { return p.role == isoaudit.RoleAuditor && p.site != site }),
		PlannedStartDate: start,
		Status:           m.planStatus(days),
	}
	m.Plans = append(m.Plans, plan)
	switch plan.Status {
	case isoaudit.PlanInProgress, isoaudit.PlanCompleted, isoaudit.PlanClosed:
		m.findings(plan, process, days)
	}
	switch plan.Status {
	case isoaudit.PlanCompleted, isoaudit.PlanClosed:
		m.review(plan, days)
	}
}

func (m *maker) planStatus(days int) isoaudit.PlanStatus {
	switch {
	case len(m.Plans)%17 == 9:
		return isoaudit.PlanCancelled
	case days > 0:
		return isoaudit.PlanPlanned
	case days > -10:
		return isoaudit.PlanInProgress
	case days > -120 || m.chance(25):
		return isoaudit.PlanCompleted
	default:
		return isoaudit.PlanClosed
	}
}

func (m *maker) findings(plan *isoaudit.AuditPlan, process process, days int) {
	add := func(kind isoaudit.FindingType, severity isoaudit.Severity, found issue) *isoaudit.AuditFinding {
		finding := &isoaudit.AuditFinding{
			FindingRef:   m.reference("F", plan.PlannedStartDate),
			AuditPlan:    isoaudit.PointerTo[isoaudit.AuditPlan](plan.AuditRef),
			FindingType:  kind,
			Clause:       found.clause,
			Statement:    found.statement,
			EvidenceNote: found.evidence,
			Severity:     severity,
			ReportedBy:   plan.LeadAuditor,
		}
		m.Findings = append(m.Findings, finding)
		return finding
	}
	for _, i := range m.dice.Perm(len(process.issues)) {
		found := process.issues[i]
		switch {
		case m.chance(75):
			finding := add(isoaudit.FindingNonconformity, m.severity(), found)
			m.action(plan, finding, found, days)
		case m.chance(50):
			add(isoaudit.FindingObservation, isoaudit.SeverityNone, found)
		default:
			add(isoaudit.FindingOFI, isoaudit.SeverityNone, found)
		}
	}
	praise := issue{clause: process.clause, statement: process.good, evidence: "Seen on site and in conversation."}
	if m.chance(50) {
		add(isoaudit.FindingGoodPractice, isoaudit.SeverityNone, praise)
	} else {
		add(isoaudit.FindingConformity, isoaudit.SeverityNone, praise)
	}
}

func (m *maker) severity() isoaudit.Severity {
	switch {
	case len(m.Actions)%12 == 5:
		return isoaudit.SeverityCritical
	case m.chance(30):
		return isoaudit.SeverityMajor
	default:
		return isoaudit.SeverityMinor
	}
}

// notVerified is the verification note of an action with nothing to verify yet:
// the column is required, and the rules take this text for a placeholder.
const notVerified = "TBD"

func (m *maker) action(plan *isoaudit.AuditPlan, finding *isoaudit.AuditFinding, found issue, days int) {
	due := map[isoaudit.Severity]int{isoaudit.SeverityCritical: 30, isoaudit.SeverityMajor: 60, isoaudit.SeverityMinor: 90}
	action := &isoaudit.CorrectiveAction{
		CAPARef:           m.reference("CA", plan.PlannedStartDate),
		Finding:           isoaudit.PointerTo[isoaudit.AuditFinding](finding.FindingRef),
		ActionDescription: found.action,
		Owner:             m.somebody(func(p person) bool { return p.username != plan.LeadAuditor.ID && p.role != isoaudit.RoleApprover }),
		DueDate:           m.day(days + due[finding.Severity]),
		Status:            m.actionStatus(plan, days),
		VerificationNote:  notVerified,
	}
	if action.Status == isoaudit.CAPAClosed {
		action.VerificationNote = found.verified
	}
	m.Actions = append(m.Actions, action)
	if action.Status == isoaudit.CAPAClosed && len(m.Actions)%5 == 0 { // a first idea that was given up
		first := *action
		first.CAPARef = m.reference("CA", plan.PlannedStartDate)
		first.ActionDescription = "Repeat the instruction at the shift meeting."
		first.Status = isoaudit.CAPACancelled
		first.VerificationNote = notVerified
		m.Actions = append(m.Actions, &first)
	}
}

func (m *maker) actionStatus(plan *isoaudit.AuditPlan, days int) isoaudit.CAPAStatus {
	switch {
	case plan.Status == isoaudit.PlanClosed:
		return isoaudit.CAPAClosed
	case days > -21 || m.chance(20):
		return isoaudit.CAPAOpen
	case m.chance(40):
		return isoaudit.CAPAInProgress
	case m.chance(50):
		return isoaudit.CAPAPendingVerification
	default:
		return isoaudit.CAPAClosed
	}
}

func (m *maker) review(plan *isoaudit.AuditPlan, days int) {
	if days > -14 { // too recent
		return
	}
	review := &isoaudit.AuditReview{
		AuditPlan:  isoaudit.PointerTo[isoaudit.AuditPlan](plan.AuditRef),
		ReviewedBy: m.somebody(func(p person) bool { return p.role == isoaudit.RoleManager }),
		ReviewDate: m.day(days + 14),
		Summary:    "Audit carried out as planned; the findings are understood and accepted by the process owner.",
		NextStep:   "Follow up the open actions at the next monthly meeting.",
	}
	if plan.Status == isoaudit.PlanClosed {
		review.NextStep = "None: all actions are closed."
	}
	m.Reviews = append(m.Reviews, review)
}

func (m *maker) documents() {
	for i, document := range documents {
		owner := m.somebody(func(p person) bool { return p.role == isoaudit.RoleCoordinator || p.role == isoaudit.RoleAuditor })
		issued := 1 + m.dice.IntN(4)
		at := -40 - 120*issued - m.dice.IntN(60)
		revise := func(revision int, status isoaudit.DocumentStatus) {
			m.Documents = append(m.Documents, &isoaudit.DocumentControlLog{
				DocumentNumber: document.number,
				DocumentTitle:  document.title,
				Revision:       string(rune('A' + revision)),
				Owner:          owner,
				ApprovedBy:     m.somebody(func(p person) bool { return p.role == isoaudit.RoleApprover }),
				EffectiveDate:  m.day(at),
				Status:         status,
			})
			at += 120
		}
		for revision := range issued - 1 {
			revise(revision, isoaudit.DocumentSuperseded)
		}
		if i == len(documents)-1 { // the last form was given up
			revise(issued-1, isoaudit.DocumentObsolete)
			continue
		}
		revise(issued-1, isoaudit.DocumentEffective)
		at = 14 + m.dice.IntN(60)
		next := []isoaudit.DocumentStatus{isoaudit.DocumentDraft, isoaudit.DocumentInReview, isoaudit.DocumentApproved}
		if i%3 == 0 {
			revise(issued, next[i/3%len(next)])
		}
	}
}
