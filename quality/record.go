package quality

import (
	"time"

	"github.com/isoaudit/isoaudit-go"
)

// Person is somebody whom a record names. Name is "" where the person was not included
// in what was read.
type Person struct{ ID, Name string }

// String returns the name or, where there is none, the id.
func (p Person) String() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// An Audit is one audit of the programme. Here and in the other records a zero value
// means that it is not known.
type Audit struct {
	ID, Ref string
	Site    string
	Clauses string // as typed, see ParseClauses
	Scope   string
	Lead    Person
	Planned time.Time // the day on which it is to begin
	Status  isoaudit.PlanStatus
	Notes   string
}

// A Finding is one result of an audit.
type Finding struct {
	ID, Ref   string
	Audit     string // id
	Type      isoaudit.FindingType
	Grade     isoaudit.Severity
	Clause    string // as typed, see ParseClauses
	Statement string
	Evidence  string
	RootCause string
	Reporter  Person
	Created   time.Time
	State     FindingState
}

// FindingState tells whether a finding is settled, for contracts that say so
// themselves. Without one it follows from the finding's actions: a nonconformity is
// open until it has a closed action and no unfinished one, and another finding while
// it has an unfinished one.
type FindingState string

// The states of a finding.
const (
	FindingOpen   FindingState = "open"
	FindingClosed FindingState = "closed"
)

// An Action is a corrective action.
type Action struct {
	ID, Ref       string
	Finding       string // id
	Kind          string // corrective, preventive, ...
	Description   string
	Owner         Person
	Due           time.Time
	Status        isoaudit.CAPAStatus
	Verification  string
	Created       time.Time
	Closed        time.Time // where there is a column for it; else the trail tells
	Effectiveness Effectiveness
}

// Effectiveness is what a later check of a closed action showed.
type Effectiveness string

// The results of a check.
const (
	Effective    Effectiveness = "effective"
	Ineffective  Effectiveness = "ineffective"
	Inconclusive Effectiveness = "inconclusive"
)

// A Document is one revision of a controlled document.
type Document struct {
	ID, Number, Title, Revision string
	Status                      isoaudit.DocumentStatus
	Owner, Approver             Person
	Created, EffectiveFrom      time.Time
	NextReview                  time.Time // where there is a column for it; else Terms.ReviewMonths counts
}

// A Review is a review of one audit.
type Review struct {
	ID, Audit string
	Reviewer  Person
	Date      time.Time
	Summary   string
	NextStep  string
}

// Unfinished tells whether the action is open, in progress or waiting for
// verification. The second result is false for a status that is not known.
func (a *Action) Unfinished() (unfinished, known bool) {
	switch a.Status {
	case isoaudit.CAPAOpen, isoaudit.CAPAInProgress, isoaudit.CAPAPendingVerification:
		return true, true
	case isoaudit.CAPAClosed, isoaudit.CAPACancelled:
		return false, true
	}
	return false, false
}

// Nonconformity tells whether the finding is one. The second result is false for a
// type that is not known, whatever its grade.
func (f *Finding) Nonconformity() (nonconformity, known bool) {
	switch f.Type {
	case isoaudit.FindingNonconformity:
		return true, true
	case isoaudit.FindingObservation, isoaudit.FindingOFI, isoaudit.FindingConformity, isoaudit.FindingGoodPractice:
		return false, true
	}
	return false, false
}

func (a *Audit) done() bool {
	return a.Status == isoaudit.PlanCompleted || a.Status == isoaudit.PlanClosed
}
