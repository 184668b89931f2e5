package registers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Contract is the registers of a schema: which there are, what columns they have and
// what rules bind their rows. Make one with [ISO9001] or [Prompt].
type Contract struct {
	registers []register // in the order in which they are imported: what others refer to comes first
	rules     policy.Rules
}

// ISO9001 gives the registers of the six classes: audits, findings, actions and
// documents.
func ISO9001() Contract {
	return contractOf(schema.ISO9001(), policy.Default(),
		register{"audits", "Audits", "AuditPlan", []string{"auditRef"}, headed(
			"Audit", "auditRef", "Clauses", "standardClause", "Scope", "scope", "Site", "siteCode", "Lead auditor", "leadAuditor",
			"Planned start", "plannedStartDate", "Status", "status")},
		register{"findings", "Findings", "AuditFinding", []string{"findingRef"}, headed(
			"Finding", "findingRef", "Audit", "auditPlan", "Type", "findingType", "Severity", "severity", "Clause", "clause",
			"Statement", "statement", "Evidence", "evidenceNote", "Reported by", "reportedBy")},
		register{"actions", "Actions", "CorrectiveAction", []string{"capaRef"}, headed(
			"Action", "capaRef", "Finding", "finding", "Description", "actionDescription", "Owner", "owner", "Due", "dueDate",
			"Status", "status", "Verification", "verificationNote")},
		register{"documents", "Documents", "DocumentControlLog", []string{"documentNumber", "revision"}, headed(
			"Document", "documentNumber", "Revision", "revision", "Title", "documentTitle", "Owner", "owner",
			"Approved by", "approvedBy", "Effective", "effectiveDate", "Status", "status")},
	)
}

// Prompt gives the registers of the four classes of the second contract.
func Prompt() Contract {
	return contractOf(schema.Prompt(), policy.Prompt(),
		register{"audits", "Audits", "Audit", []string{"auditNumber"}, headed(
			"Audit", "auditNumber", "Site", "site", "Auditor", "auditor", "Scheduled", "scheduledAt", "Status", "status", "Notes", "notes")},
		register{"findings", "Findings", "NonConformance", []string{"ncNumber"}, headed(
			"Finding", "ncNumber", "Audit", "audit", "Source", "source", "Severity", "severity", "Status", "status",
			"Root cause", "rootCause", "Evidence", "evidenceNotes")},
		register{"actions", "Actions", "CAPA", []string{"capaNumber"}, headed(
			"Action", "capaNumber", "Finding", "nonConformance", "Type", "actionType", "Owner", "owner", "Due", "dueDate",
			"Status", "closureStatus", "Verification", "verificationNotes")},
		register{"documents", "Documents", "DocumentControlLog", []string{"documentCode", "revision"}, headed(
			"Document", "documentCode", "Revision", "revision", "Title", "title", "Approved by", "approvedBy",
			"Effective", "effectiveDate", "Notes", "notes")},
	)
}

// Names are the names of the registers.
func (c Contract) Names() []string {
	names := make([]string, len(c.registers))
	for i, r := range c.registers {
		names[i] = r.name
	}
	return names
}

// Has tells whether there is a register of that name.
func (c Contract) Has(name string) bool { return slices.Contains(c.Names(), name) }

func (c Contract) register(name string) (*register, error) {
	for i := range c.registers {
		if c.registers[i].name == name {
			return &c.registers[i], nil
		}
	}
	return nil, fmt.Errorf("registers: there is no register %q: use one of %s", name, strings.Join(c.Names(), ", "))
}

// ofClass is the register of a class; nil if it has none.
func (c Contract) ofClass(class string) *register {
	at := slices.IndexFunc(c.registers, func(r register) bool { return r.class == class })
	if at < 0 {
		return nil
	}
	return &c.registers[at]
}

// register is one table of records.
type register struct {
	name    string   // "audits"
	sheet   string   // name of its sheet in a workbook
	class   string   // on the server
	key     []string // columns that together name a record; the first names it in other registers
	columns []column
}

// column is a column of a register.
type column struct {
	header     string // what stands above it
	name       string // of the column on the server
	field      schema.Field
	vocabulary []string // the values that the rules know; nil for any
}

// headed makes columns of pairs of header and name.
func headed(pairs ...string) []column {
	columns := make([]column, 0, len(pairs)/2)
	for pair := range slices.Chunk(pairs, 2) {
		columns = append(columns, column{header: pair[0], name: pair[1]})
	}
	return columns
}

// contractOf completes the columns by the schema and the rules.
func contractOf(s schema.Schema, rules policy.Rules, registers ...register) Contract {
	for _, r := range registers {
		class, _ := s.Class(r.class)
		for i := range r.columns {
			c := &r.columns[i]
			c.field = class.Fields[c.name]
			vocabulary, _ := rules.Vocabulary(r.class, c.name)
			c.vocabulary = vocabulary.Values
		}
	}
	return Contract{registers, rules}
}

// column finds the column with a header, as people write it: the case does not count,
// and the name on the server will do.
func (r *register) column(header string) *column {
	at := slices.IndexFunc(r.columns, func(c column) bool {
		return strings.EqualFold(c.header, header) || strings.EqualFold(c.name, header)
	})
	if at < 0 {
		return nil
	}
	return &r.columns[at]
}

// headerOf is the header of a column of the class; its name where the register has none.
func (r *register) headerOf(name string) string {
	if c := r.column(name); c != nil {
		return c.header
	}
	return name
}

func (r *register) headers() []string {
	headers := make([]string, len(r.columns))
	for i, c := range r.columns {
		headers[i] = c.header
	}
	return headers
}

func (r *register) isKey(name string) bool { return slices.Contains(r.key, name) }
