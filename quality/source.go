package quality

import (
	"iter"
	"slices"
	"time"
)

// Source is what is measured: streams of records, each of which is read once. A stream
// that is nil is not there: what needs it is not known.
type Source struct {
	Audits    iter.Seq2[Audit, error]
	Findings  iter.Seq2[Finding, error]
	Actions   iter.Seq2[Action, error]
	Documents iter.Seq2[Document, error]
	Reviews   iter.Seq2[Review, error]

	// What the trail says of audits and of actions.
	AuditChanges  iter.Seq2[Change, error]
	ActionChanges iter.Seq2[Change, error]

	Lacks []Column // columns that the contract of these records does not have
}

// Column is a column that a contract may lack. Without it a figure that needs it is not
// known; with it an empty value counts against its record.
type Column string

// The columns that not every contract has.
const (
	FindingClause  Column = "the clause of a finding"
	FindingType    Column = "the type of a finding"
	AuditClauses   Column = "the clauses of an audit"
	AuditPlanned   Column = "the planned day of an audit"
	DocumentStatus Column = "the status of a document"
	DocumentOwner  Column = "the owner of a document"
)

func (s *Source) lacks(c Column) string {
	if slices.Contains(s.Lacks, c) {
		return string(c)
	}
	return ""
}

// Change is what the trail says of one write: the status and the day that the record
// had after it, where the write changed them.
type Change struct {
	ID      string // of the record
	At      time.Time
	Created bool      // the write made the record
	Status  string    // "" if it did not change
	Day     time.Time // dueDate or plannedStartDate; zero if it did not change
}

// Read makes records of rows, such as those of a query of package isoaudit:
//
//	quality.Read(client.AuditPlans.Query().All(ctx), quality.AuditOf)
func Read[Row, Record any](rows iter.Seq2[Row, error], record func(Row) Record) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for row, err := range rows {
			if err != nil {
				var none Record
				yield(none, err)
				return
			}
			if !yield(record(row), nil) {
				return
			}
		}
	}
}
