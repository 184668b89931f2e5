package registers_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/registers"
)

const auditHeaders = "Audit,Clauses,Scope,Site,Lead auditor,Planned start,Status\n"

// told are the problems of an import of which nothing was sent, each as "cell rule".
func told(t *testing.T, err error) []string {
	t.Helper()
	var problems *registers.Problems
	require.ErrorAs(t, err, &problems)
	require.False(t, problems.Sent)
	list := []string{}
	for _, p := range problems.List {
		require.NotEmpty(t, p.Text)
		require.NotEmpty(t, p.Sheet)
		place := p.Cell
		if place == "" {
			place = fmt.Sprint("row ", p.Row)
		}
		list = append(list, place+" "+p.Rule)
	}
	return list
}

func TestEveryBadCellIsNamedAndNothingSent(t *testing.T) {
	server := audittest.NewServer(t)
	sample := server.LoadSample(sampled, 1)
	client := server.Admin.Client.Client
	lead, plan := sample.Auditors[0].Username, sample.Plans[0]
	for name, one := range map[string]struct {
		text string
		want []string
	}{
		"a good one":          {auditHeaders + "N-1,8.5,all,N," + lead + ",31.12.2026,Planned\n", nil},
		"nobody":              {auditHeaders + "N-1,8.5,all,N,nobody,2026-12-31,planned\n", []string{"E2 person"}},
		"no address":          {auditHeaders + "N-1,8.5,all,N,x@y.example,2026-12-31,planned\n", []string{"E2 person"}},
		"a date that cannot":  {auditHeaders + "N-1,8.5,all,N," + lead + ",31.2.2026,planned\n", []string{"F2 date"}},
		"one of two dates":    {auditHeaders + "N-1,8.5,all,N," + lead + ",3/4/2026,planned\n", []string{"F2 date"}},
		"an unknown status":   {auditHeaders + "N-1,8.5,all,N," + lead + ",2026-12-31,zu\n", []string{"G2 plan-status-known"}},
		"a formula":           {auditHeaders + "=A1,8.5,all,N,+lena,2026-12-31,planned\n", []string{"A2 formula", "E2 formula"}},
		"no reference":        {auditHeaders + ",8.5,all,N," + lead + ",2026-12-31,planned\n", []string{"A2 required"}},
		"an empty cell":       {auditHeaders + "N-1,,all,N," + lead + ",,planned\n", []string{"B2 required", "F2 required"}},
		"two rows":            {auditHeaders + strings.Repeat("N-1,8.5,all,N,"+lead+",2026-12-31,planned\n", 2), []string{"A3 repeated"}},
		"an invisible letter": {auditHeaders + "N\u200b-1,8.5,all,N," + lead + ",2026-12-31,planned\n", []string{"A2 audit-ref-plain"}},
		"one value too many":  {auditHeaders + "N-1,8.5,all,N," + lead + ",2026-12-31,planned,more\n", []string{"H2 sheet"}},
		"an unknown header":   {"Audit,Remark,Site,site\nN-1,x,y,z\n", []string{"B1 sheet", "D1 sheet"}},
		"no key column":       {"Site\nN\n", []string{"row 1 sheet"}},
		"nothing":             {"", []string{"row 0 sheet"}},
		"some columns only":   {"Audit,Site\n" + plan.AuditRef + ",HERE\nN-1,THERE\n", strings.Split(strings.Repeat("row 3 required,", 5), ",")[:5]},
		"several":             {auditHeaders + "N-1,8.5,all,N,nobody,x,planned\nN-2,8.5,all,N,nobody,y,planned\n", []string{"E2 person", "F2 date", "E3 person", "F3 date"}},
	} {
		_, err := registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("audits", one.text)}, registers.Options{DryRun: one.want == nil})
		if one.want == nil {
			require.NoError(t, err, name)
			continue
		}
		require.Equal(t, one.want, told(t, err), name)
	}
	count, err := server.Admin.AuditPlans.Query().Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, len(sample.Plans), count)

	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("findings", "Finding,Audit\nF-1,IA-none\n")}, registers.Options{})
	require.Contains(t, told(t, err), "B2 reference")
	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("audits", "Audit\n\xff\n")}, registers.Options{})
	require.ErrorContains(t, err, "CSV UTF-8")
	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("audits", "Audit\n\"x\n")}, registers.Options{})
	require.ErrorContains(t, err, "audits.csv")
	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("audits", "Audit\n1\n2\n")}, registers.Options{MaxRows: 1})
	require.ErrorContains(t, err, "more than 1 rows")
	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("risks", "")}, registers.Options{})
	require.ErrorContains(t, err, `no register "risks": use one of audits, findings, actions, documents`)
}

// A row that is bad is told once, and not again at all rows that refer to it.
func TestWhatRefersToABadRowIsNotBlamed(t *testing.T) {
	server := audittest.NewServer(t)
	lead := server.LoadSample(sampled, 1).Auditors[0].Username
	tables := func(day string) []registers.Table {
		return []registers.Table{
			csvTable("audits", auditHeaders+"N-1,8.5,all,N,"+lead+","+day+",in_progress\n"),
			csvTable("findings", "Finding,Audit,Type,Severity,Clause,Statement,Evidence,Reported by\nN-1,N-1,nonconformity,minor,8.5,s,e,"+lead+"\n"),
			csvTable("actions", "Action,Finding,Description,Owner,Due,Status,Verification\nN-1,N-1,d,"+lead+",2099-12-31,open,to do\n"),
		}
	}
	coordinator := server.As(isoaudit.RoleCoordinator).Client.Client
	_, err := registers.ISO9001().Import(t.Context(), coordinator, tables("soon"), registers.Options{})
	require.Equal(t, []string{"F2 date"}, told(t, err))
	_, err = registers.ISO9001().Import(t.Context(), server.Admin.Client.Client, tables("2026-12-31"), registers.Options{DryRun: true})
	require.NoError(t, err)
}

// workbook makes an audit register with two rows and lets change spoil it.
func workbook(t *testing.T, lead string, change func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	require.NoError(t, f.SetSheetName("Sheet1", "Audits"))
	for row, values := range [][]any{
		{"Audit", "Clauses", "Scope", "Site", "Lead auditor", "Planned start", "Status"},
		{"N-1", "8.5", "all", "N", lead, 46387, "planned"},
		{"N-2", 8.5, "all", 7, lead, "31.12.2026", "In Progress"},
	} {
		require.NoError(t, f.SetSheetRow("Audits", fmt.Sprint("A", row+1), &values))
	}
	if change != nil {
		change(f)
	}
	var file bytes.Buffer
	require.NoError(t, f.Write(&file))
	return file.Bytes()
}

func TestWorkbooksOfPeople(t *testing.T) {
	server := audittest.NewServer(t)
	lead := server.LoadSample(sampled, 1).Auditors[0].Username
	client := server.Admin.Client.Client
	day, dayAndMonth := 14, "d.mmm"
	for name, one := range map[string]struct {
		change func(f *excelize.File) error
		want   []string
	}{
		"as it is": {func(*excelize.File) error { return nil }, nil},
		"a date as a date": {func(f *excelize.File) error {
			style, err := f.NewStyle(&excelize.Style{NumFmt: day})
			return errors.Join(err, f.SetCellStyle("Audits", "F2", "F2", style))
		}, nil},
		"a clause that became a date": {func(f *excelize.File) error {
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &dayAndMonth})
			return errors.Join(err, f.SetCellValue("Audits", "B3", 46150), f.SetCellStyle("Audits", "B3", "B3", style))
		}, []string{"B3 number"}},
		"a formula": {func(f *excelize.File) error { return f.SetCellFormula("Audits", "A3", `"N-"&2`) }, []string{"A3 formula"}},
		"a formula for a date": {func(f *excelize.File) error {
			return errors.Join(f.SetCellFormula("Audits", "F3", "F2+30"), f.SetCellValue("Audits", "G3", "planned"))
		}, []string{"F3 formula"}},
		"merged cells":        {func(f *excelize.File) error { return f.MergeCell("Audits", "D2", "D3") }, []string{"D2 merged", "D3 merged"}},
		"a merged header":     {func(f *excelize.File) error { return f.MergeCell("Audits", "C1", "D1") }, []string{"C1 merged", "D1 merged"}},
		"merged far below":    {func(f *excelize.File) error { return f.MergeCell("Audits", "A9", "B9") }, nil},
		"rows left out":       {func(f *excelize.File) error { return f.InsertRows("Audits", 2, 3) }, nil},
		"a formula elsewhere": {func(f *excelize.File) error { return f.SetCellFormula("Audits", "I2", "1+1") }, []string{"I2 sheet"}},
	} {
		file := workbook(t, lead, func(f *excelize.File) { require.NoError(t, one.change(f), name) })
		report, err := importExcel(t.Context(), registers.ISO9001(), client, file, registers.Options{DryRun: true})
		if one.want != nil {
			require.Equal(t, one.want, told(t, err), name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, 2, report.Tables[0].Created, name)
	}

	_, err := importExcel(t.Context(), registers.ISO9001(), client, workbook(t, lead, nil), registers.Options{})
	require.NoError(t, err)
	plans, err := server.Admin.AuditPlans.Query().Where(isoaudit.AuditPlanFields.AuditRef.In("N-1", "N-2")).OrderBy(isoaudit.AuditPlanFields.AuditRef.Asc()).Find(t.Context())
	require.NoError(t, err)
	require.Len(t, plans, 2)
	for _, plan := range plans {
		require.Equal(t, time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), plan.PlannedStartDate)
		require.Equal(t, "8.5", plan.StandardClause)
	}
	require.Equal(t, "7", plans[1].SiteCode)
	require.Equal(t, isoaudit.PlanInProgress, plans[1].Status)

	other := workbook(t, lead, func(f *excelize.File) { require.NoError(t, f.SetSheetName("Audits", "Programm 2026")) })
	_, err = importExcel(t.Context(), registers.ISO9001(), client, other, registers.Options{})
	require.ErrorContains(t, err, `has the sheets "Programm 2026", and none of "Audits"`)
	book, err := registers.OpenExcel(bytes.NewReader(other), int64(len(other)))
	require.NoError(t, err)
	defer func() { require.NoError(t, book.Close()) }()
	_, err = book.Table("audits", "Audits")
	require.ErrorContains(t, err, `no sheet "Audits": it has "Programm 2026"`)
	table, err := book.Table("audits", "Programm 2026")
	require.NoError(t, err)
	report, err := registers.ISO9001().Import(t.Context(), client, []registers.Table{table}, registers.Options{})
	require.NoError(t, err)
	require.Equal(t, 2, report.Tables[0].Unchanged)
	_, err = registers.OpenExcel(strings.NewReader("Audit;Site"), 10)
	require.ErrorContains(t, err, "no Excel workbook")
}

// An import that was cut is repeated: what arrived is left alone, and nothing is twice.
func TestACutImportIsRepeated(t *testing.T) {
	server := audittest.NewServer(t)
	lead := server.LoadSample(sampled, 1).Auditors[0].Username
	client := server.Admin.Client.Client
	var text strings.Builder
	text.WriteString(auditHeaders)
	const rows = 450
	for i := range rows {
		fmt.Fprintf(&text, "N-%04d,8.5,all,N,%s@pumps.example,2026-12-31,planned\n", i, lead)
	}
	table := csvTable("audits", text.String())
	cut := server.Faults.Add(audittest.Match{Method: "POST", Path: "/batch", Nth: 4}, audittest.AfterCommit(audittest.Drop))
	_, err := registers.ISO9001().Import(t.Context(), client, []registers.Table{table}, registers.Options{})
	require.ErrorIs(t, err, parse.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "audits.csv, rows ")
	cut.Remove()

	var steps []registers.Progress
	report, err := registers.ISO9001().Import(t.Context(), client, []registers.Table{table}, registers.Options{Progress: func(p registers.Progress) { steps = append(steps, p) }})
	require.NoError(t, err)
	require.Equal(t, rows, report.Tables[0].Created+report.Tables[0].Unchanged)
	require.NotZero(t, report.Tables[0].Unchanged)
	require.Equal(t, registers.Progress{Register: "audits", Phase: registers.Sending, Rows: rows, Of: rows}, steps[len(steps)-1])
	count, err := server.Admin.AuditPlans.Query().Where(isoaudit.AuditPlanFields.AuditRef.HasPrefix("N-")).Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, rows, count)

	report, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{table}, registers.Options{})
	require.NoError(t, err)
	require.Equal(t, registers.Outcome{Register: "audits", Sheet: "audits.csv", Rows: rows, Unchanged: rows}, report.Tables[0])
}

// What the rules refuse a person is told before anything is sent.
func TestAnImportOfAPersonObeysTheRules(t *testing.T) {
	server := audittest.NewServer(t)
	sample := server.LoadSample(sampled, 1)
	coordinator := server.As(isoaudit.RoleCoordinator)
	owner := sample.Auditors[0]
	const headers = "Action,Finding,Description,Owner,Due,Status,Verification\n"
	row := func(ref, owner, status, note string) string {
		return strings.Join([]string{ref, sample.Findings[0].FindingRef, "Label it", owner, "2099-12-31", status, note}, ",") + "\n"
	}
	_, err := registers.ISO9001().Import(t.Context(), coordinator.Client.Client, []registers.Table{csvTable("actions", headers+row("N-1", owner.Username, "closed", "TBD"))}, registers.Options{})
	require.Equal(t, []string{"F2 action-status-step", "G2 action-closing-note"}, told(t, err))

	auditor := server.As(isoaudit.RoleAuditor)
	_, err = registers.ISO9001().Import(t.Context(), auditor.Client.Client, []registers.Table{csvTable("actions", headers+row("N-1", owner.Email, "open", "TBD"))}, registers.Options{})
	require.Equal(t, []string{"D2 person"}, told(t, err))
	require.ErrorContains(t, err, "write the user name")

	report, err := registers.ISO9001().Import(t.Context(), coordinator.Client.Client, []registers.Table{csvTable("actions", headers+row("N-1", owner.Email, "open", "TBD"))}, registers.Options{})
	require.NoError(t, err)
	require.Equal(t, 1, report.Tables[0].Created)

	// Only the server knows that no manager adds actions.
	manager := server.As(isoaudit.RoleManager)
	_, err = registers.ISO9001().Import(t.Context(), manager.Client.Client, []registers.Table{csvTable("actions", headers+row("N-2", owner.Username, "open", "TBD"))}, registers.Options{})
	var problems *registers.Problems
	require.ErrorAs(t, err, &problems)
	require.True(t, problems.Sent)
	require.Equal(t, registers.RuleRefused, problems.List[0].Rule)
	require.Equal(t, 2, problems.List[0].Row)

	// With the master key history comes in, and what is odd in it is told.
	report, err = registers.ISO9001().Import(t.Context(), server.Admin.Client.Client, []registers.Table{csvTable("actions", headers+row("N-3", owner.Username, "closed", "TBD"))}, registers.Options{})
	require.NoError(t, err)
	require.Len(t, report.Warnings, 1)
	require.Equal(t, "action-closing-note", report.Warnings[0].Rule)
	require.Equal(t, "G2", report.Warnings[0].Cell)
}
