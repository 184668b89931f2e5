package registers_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/registers"
)

const findingHeaders = "Finding,Audit,Type,Severity,Clause,Statement,Evidence,Reported by\n"

// A server takes 20 MiB at once and refuses more: what goes together is bounded by its
// size, and a row that is too long is told before anything is sent.
func TestLongTexts(t *testing.T) {
	server := audittest.NewServer(t)
	sample := server.LoadSample(sampled, 1)
	client := server.Admin.Client.Client
	row := func(ref, text string) string {
		return ref + "," + sample.Plans[0].AuditRef + ",observation,none,8.5,\"" + text + "\",e," + sample.Auditors[0].Username + "\n"
	}
	var text strings.Builder
	text.WriteString(findingHeaders)
	for i := range 24 {
		text.WriteString(row("N-"+string(rune('A'+i)), strings.Repeat("x", 1_000_000)))
	}
	report, err := registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("findings", text.String())}, registers.Options{})
	require.NoError(t, err)
	require.Equal(t, 24, report.Tables[0].Created)

	long := findingHeaders + row("N-1", strings.Repeat("x", 1<<20))
	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("findings", long)}, registers.Options{})
	require.Equal(t, []string{"row 2 long"}, told(t, err))
	unclosed := findingHeaders + row("N-1", "x") + "N-2,\"" + strings.Repeat("line\n", 1<<20)
	_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("findings", unclosed)}, registers.Options{})
	require.EqualError(t, err, "registers: findings.csv: the row after line 2 has more than 1048576 bytes: a quotation mark may be missing")
}

// Excel leaves 32,767 characters of a text. What it saves again must not cost the rest.
func TestATextThatASpreadsheetCutOff(t *testing.T) {
	server := audittest.NewServer(t)
	finding := server.LoadSample(sampled, 1).Findings[0]
	client := server.Admin.Client.Client
	for name, whole := range map[string]string{
		"letters": strings.Repeat("x", 40_000), "a formula": "=" + strings.Repeat("x", 40_000), "lines": strings.Repeat("line\r\n", 10_000), "pairs": strings.Repeat("𝄞", 20_000),
	} {
		require.NoError(t, server.Admin.AuditFindings.Update(t.Context(), finding.ObjectID, isoaudit.AuditFindingFields.Statement.Set(whole)))
		err := registers.ISO9001().ExportExcel(t.Context(), client, io.Discard, registers.Options{}, "findings")
		require.ErrorContains(t, err, "a cell holds 32767: export as CSV", name)

		saved := records(t, strings.TrimPrefix(csvOf(t, registers.ISO9001(), client, "findings"), "\ufeff"))
		var file bytes.Buffer
		for _, row := range saved {
			if row[0] == finding.FindingRef {
				row[5] = cutAt(row[5], 32_767)
			}
			file.WriteString("\"" + strings.Join([]string{row[0], strings.ReplaceAll(row[5], "\"", "\"\"")}, "\",\"") + "\"\n")
		}
		_, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("findings", file.String())}, registers.Options{})
		require.Len(t, told(t, err), 1, name)
		require.ErrorContains(t, err, `leave the column "Statement" out [cut]`, name)
	}
}

// cutAt leaves so many units of UTF-16, and no half letter.
func cutAt(text string, units int) string {
	for i, letter := range text {
		if units--; letter > 0xffff {
			units--
		}
		if units < 0 {
			return text[:i]
		}
	}
	return text
}

// Days at the ends of what calendars and spreadsheets know go out and come back.
func TestDaysFarAway(t *testing.T) {
	server := audittest.NewServer(t)
	plans := server.LoadSample(sampled, 1).Plans
	client := server.Admin.Client.Client
	for i, day := range []time.Time{
		time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC),
		time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC),
		time.Date(1900, 2, 28, 0, 0, 0, 0, time.UTC),
		time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC), // the clock changes in Berlin
		time.Date(2300, 2, 28, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC), // in Berlin it is the year 10000
	} {
		require.NoError(t, server.Admin.AuditPlans.Update(t.Context(), plans[i].ObjectID, isoaudit.AuditPlanFields.PlannedStartDate.Set(day)))
	}
	for _, name := range []string{"UTC", "Europe/Berlin", "Pacific/Apia", "America/Los_Angeles"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		options := registers.Options{Zone: zone}
		var book, text bytes.Buffer
		require.NoError(t, registers.ISO9001().ExportExcel(t.Context(), client, &book, options, "audits"), name)
		report, err := importExcel(t.Context(), registers.ISO9001(), client, book.Bytes(), options)
		require.NoError(t, err, name)
		require.Equal(t, len(plans), report.Tables[0].Unchanged, name)
		require.NoError(t, registers.ISO9001().ExportCSV(t.Context(), client, &text, options, "audits"), name)
		report, err = registers.ISO9001().Import(t.Context(), client, []registers.Table{csvTable("audits", text.String())}, options)
		require.NoError(t, err, name)
		require.Equal(t, len(plans), report.Tables[0].Unchanged, name)
	}
}

// Sheets that no spreadsheet writes, and cells that hold no value.
func TestOddSheets(t *testing.T) {
	server := audittest.NewServer(t)
	file := workbook(t, server.LoadSample(sampled, 1).Auditors[0].Username, nil)
	const seven = `<c r="D3"><v>7</v></c>`
	for name, one := range map[string]struct{ old, with, want string }{
		"an error":             {seven, `<c r="D3" t="e"><v>#N/A</v></c>`, "Audits, D3 (Site): the cell holds the error \"#N/A\": put a value there [formula]"},
		"a truth":              {seven, `<c r="D3" t="b"><v>1</v></c>`, `the cell holds the number 1 and shows "TRUE"`},
		"a row far away":       {`<row r="3">`, `<row r="2000000000">`, "row number exceeds maximum limit"},
		"a column far away":    {seven, `<c r="ZZZZ3"><v>7</v></c>`, "column number must be"},
		"a row before all":     {`<row r="3">`, `<row r="-3">`, "no header stands above this cell"},
		"a sheet without end":  {`</worksheet>`, "</work", "unexpected EOF"},
		"an entity is no text": {seven, `<c r="D3" t="inlineStr"><is><t>&x;</t></is></c>`, "invalid character entity"},
	} {
		spoilt := edited(t, file, "xl/worksheets/sheet1.xml", one.old, one.with)
		_, err := importExcel(t.Context(), registers.ISO9001(), server.Admin.Client.Client, spoilt, registers.Options{})
		require.ErrorContains(t, err, one.want, name)
	}
	for _, part := range []string{"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"} {
		_, err := importExcel(t.Context(), registers.ISO9001(), server.Admin.Client.Client, edited(t, file, part, ">", "<"), registers.Options{})
		require.ErrorContains(t, err, "registers: ", part)
	}
	count, err := server.Admin.AuditPlans.Query().Where(isoaudit.AuditPlanFields.AuditRef.HasPrefix("N-")).Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, count)
}

// edited changes a part of a workbook.
func edited(t *testing.T, workbook []byte, name, old, with string) []byte {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for part, text := range partsOf(t, workbook) {
		if part == name {
			require.Contains(t, text, old)
			text = strings.ReplaceAll(text, old, with)
		}
		to, err := archive.Create(part)
		require.NoError(t, err)
		_, err = io.WriteString(to, text)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return file.Bytes()
}
