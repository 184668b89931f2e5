// Package quality answers what a quality manager asks of an ISO 9001 audit backend:
// key figures, what is due, which clauses the audit programme covers, which findings
// come back.
//
// [Measure] reads streams of records and gives every figure at once:
//
//	measures, err := quality.Measure(quality.Source{
//		Audits:   quality.Read(lead.AuditPlans.Query().Include(plan.LeadAuditor).All(ctx), quality.AuditOf),
//		Findings: quality.Read(lead.AuditFindings.Query().All(ctx), quality.FindingOf),
//		Actions:  quality.Read(lead.CorrectiveActions.Query().All(ctx), quality.ActionOf),
//	}, quality.Terms{Now: time.Now(), Zone: berlin, Period: quality.Year(2026)})
//
// It is a pure function: the time, the time zone and the period are arguments, and the
// same records give the same figures in whatever order they come. A figure is never a
// bare number. A [Number] has the records that were counted, so that each can be looked
// up, and the records that could not be judged because a value is lacking; where a whole
// column or stream is lacking it says which, and there is no number. Nothing is guessed:
// the time at which an action was closed comes from its trail or from a column of one's
// own, never from updatedAt, which any later edit moves.
//
// # Days
//
// Dates such as dueDate mean a day, though a server stores an instant. An instant at
// midnight UTC is the day it has in UTC; any other is the day it has in the time zone of
// [Terms]. An action is overdue from the day after its due date.
//
// # Clauses
//
// [ParseClauses] reads clause references as people type them, [ClausesOf] gives the
// clauses of an edition of ISO 9001, with short names of our own. What is no clause keeps its
// text and is counted as such.
package quality
