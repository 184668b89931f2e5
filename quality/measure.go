package quality

import (
	"fmt"
	"iter"
)

// Measures are the figures of [Measure].
type Measures struct {
	Terms     Terms // with their defaults filled in
	Audits    AuditFigures
	Findings  FindingFigures
	Actions   ActionFigures
	Documents DocumentFigures
	Reviews   ReviewFigures
}

// Measure reads each stream of the source once and gives all figures. Its error is that
// of a stream, with the stream's name, or says what is wrong with the terms.
//
// Of a record only what figures are made of is held: its id, reference, dates and the
// like, but no text. What stays in the figures are its id and reference, because every
// number can be looked up, and four bytes for each list that it stands in: some 65 bytes
// a record.
func Measure(source Source, terms Terms) (Measures, error) {
	terms, err := terms.withDefaults()
	if err != nil {
		return Measures{}, err
	}
	catalogue, err := ClausesOf(terms.Edition)
	if err != nil {
		return Measures{}, err
	}
	m := &meter{
		source: &source, terms: &terms, catalogue: catalogue,
		audits: map[string]auditFacts{}, followUps: map[string]*followUp{}, clauses: map[string]readClauses{},
	}
	for _, step := range []func() error{
		func() (err error) { m.auditTrail, err = readHistories("AuditChanges", source.AuditChanges); return err },
		func() (err error) {
			m.actionTrail, err = readHistories("ActionChanges", source.ActionChanges)
			return err
		},
		m.measureAudits, m.measureActions, m.measureFindings, m.measureDocuments, m.measureReviews,
	} {
		if err := step(); err != nil {
			return Measures{}, err
		}
	}
	m.result.Terms = terms
	return m.result, nil
}

// meter holds what one stream tells another.
type meter struct {
	source    *Source
	terms     *Terms
	catalogue *Clauses
	result    Measures

	rolls struct{ audits, actions, findings, documents, reviews roll }

	auditTrail  histories
	actionTrail histories
	audits      map[string]auditFacts  // by id
	followUps   map[string]*followUp   // of findings, by id
	clauses     map[string]readClauses // by what was typed

	closedColumn bool // some action says itself when it was closed
}

// auditFacts are what findings and reviews ask of their audit.
type auditFacts struct {
	entry        place // in rolls.audits
	site, lead   string
	done         bool
	doneInPeriod bool
}

type readClauses struct {
	clauses []Clause
	rest    []string
}

// clausesRemembered bounds how many texts are remembered with their clauses.
const clausesRemembered = 10_000

func (m *meter) read(text string) ([]Clause, []string) {
	known, ok := m.clauses[text]
	if !ok {
		known.clauses, known.rest = m.catalogue.Read(text)
		if len(m.clauses) < clausesRemembered {
			m.clauses[text] = known
		}
	}
	return known.clauses, known.rest
}

// each reads a stream; one that is nil has no records.
func each[T any](name string, stream iter.Seq2[T, error], record func(*T)) error {
	if stream == nil {
		return nil
	}
	for one, err := range stream {
		if err != nil {
			return fmt.Errorf("quality: read Source.%s: %w", name, err)
		}
		record(&one)
	}
	return nil
}

// missing names a stream that is not there.
func missing[T any](name string, stream iter.Seq2[T, error]) string {
	if stream == nil {
		return name
	}
	return ""
}

// The names of streams in Number.Missing.
const (
	noAudits       = "audits"
	noFindings     = "findings"
	noActions      = "corrective actions"
	noDocuments    = "documents"
	noReviews      = "reviews"
	noAuditChanges = "the trail of audits"
	noActionTrail  = "the trail of corrective actions"
)
