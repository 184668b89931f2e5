package audittest

import (
	"context"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/promptschema"
)

// PromptSample is the year of a [Sample] in the four classes of package promptschema. It
// obeys the rules of [policy.Prompt].
//
// Before Load an object's id is its user name or reference, and a pointer holds that of
// what it points to. Load puts the server's ids in their place.
type PromptSample struct {
	promptschema.Records

	roles map[string]isoaudit.AuditorRole // by user name
}

// NewPromptSample makes the year around now; see [NewSample].
func NewPromptSample(now time.Time, seed uint64) *PromptSample {
	six := NewSample(now, seed).named()
	s := &PromptSample{roles: map[string]isoaudit.AuditorRole{}}
	s.Records, _ = promptschema.FromSix(six, promptschema.Report{}) // what the four cannot hold, the sample lacks
	for _, auditor := range six.Auditors {
		s.roles[auditor.Username] = auditor.Role
	}
	for i, audit := range s.Audits {
		audit.Notes = six.AuditPlans[i].Scope
	}
	for _, found := range s.NonConformances {
		if found.Status != promptschema.NonConformanceOpen {
			found.RootCause = "Nobody had the task; it was taken for everybody's."
		}
	}
	for i, entry := range s.DocumentControlLogs {
		if six.DocumentControlLogs[i].Status == isoaudit.DocumentObsolete {
			entry.Notes = "Withdrawn without a successor."
		}
	}
	return s
}

// named gives the objects of a sample that is not loaded their references for ids, which
// is what its pointers hold.
func (s *Sample) named() promptschema.SixRecords {
	for _, a := range s.Auditors {
		a.ObjectID = a.Username
	}
	for _, p := range s.Plans {
		p.ObjectID = p.AuditRef
	}
	for _, f := range s.Findings {
		f.ObjectID = f.FindingRef
	}
	for _, a := range s.Actions {
		a.ObjectID = a.CAPARef
	}
	for _, d := range s.Documents {
		d.ObjectID = d.DocumentNumber + " " + d.Revision
	}
	for _, r := range s.Reviews {
		r.ObjectID = "review of " + r.AuditPlan.ID
	}
	return promptschema.SixRecords{
		Auditors: s.Auditors, AuditPlans: s.Plans, AuditFindings: s.Findings,
		CorrectiveActions: s.Actions, DocumentControlLogs: s.Documents, AuditReviews: s.Reviews,
	}
}

// Role gives the role that Load grants a user; "" for somebody who is none of the sample's.
func (s *PromptSample) Role(username string) isoaudit.AuditorRole { return s.roles[username] }

// Load puts the sample on a server that has the schema of the four classes and its
// roles. A server accepts the same sample only once.
func (s *PromptSample) Load(ctx context.Context, admin *promptschema.Admin) error {
	if err := s.Records.Load(ctx, admin); err != nil {
		return err
	}
	members := map[isoaudit.AuditorRole][]*promptschema.User{}
	for _, user := range s.Users {
		members[s.roles[user.Username]] = append(members[s.roles[user.Username]], user)
	}
	for role, users := range members {
		if err := grantPromptRole(ctx, admin, role, users...); err != nil {
			return err
		}
	}
	return nil
}

// LoadSample makes a sample and puts it on the server.
func (s *PromptServer) LoadSample(now time.Time, seed uint64) *PromptSample {
	s.tb.Helper()
	sample := NewPromptSample(now, seed)
	s.must("loading the sample", func(ctx context.Context) error { return sample.Load(ctx, s.Admin) })
	return sample
}
