package registers_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/registers"
)

// sampled is the instant of the sample data in these tests.
var sampled = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

// oddTexts are what files and spreadsheets like to change.
var oddTexts = []string{
	"=1+1", "+49 30 1234", "-5 °C", "@SUM(A1)", "'quoted", "'=1+1", "''=1", "2026-12-31", "46387", "007", "1e5", "8.5", "TRUE",
	"two\r\nlines", "\"x\"; a, b", " spaces ", "tab\there", "_x0041_", "𝄞 ä 中文", "=cmd|' /C calc'!A0",
}

// people signs up the auditors of the sample on a server that has nothing else.
func people(t *testing.T, server *audittest.Server) {
	t.Helper()
	for _, auditor := range audittest.NewSample(sampled, 1).Auditors {
		require.NoError(t, server.Admin.Auditors.Create(t.Context(), auditor))
	}
}

func excelOf(t *testing.T, contract registers.Contract, client *parse.Client, names ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, contract.ExportExcel(t.Context(), client, &file, registers.Options{}, names...))
	return file.Bytes()
}

func csvOf(t *testing.T, contract registers.Contract, client *parse.Client, name string) string {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, contract.ExportCSV(t.Context(), client, &file, registers.Options{}, name))
	return file.String()
}

func csvTable(register, text string) registers.Table {
	return registers.CSV(register, register+".csv", bytes.NewReader([]byte(text)), int64(len(text)))
}

func importExcel(ctx context.Context, contract registers.Contract, client *parse.Client, file []byte, options registers.Options) (registers.Report, error) {
	book, err := registers.OpenExcel(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return registers.Report{}, err
	}
	defer func() { _ = book.Close() }()
	tables, err := book.Tables(contract)
	if err != nil {
		return registers.Report{}, err
	}
	return contract.Import(ctx, client, tables, options)
}

// partsOf are the parts of a workbook by name: excelize writes them in any order.
func partsOf(t *testing.T, workbook []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	require.NoError(t, err)
	parts := map[string]string{}
	for _, file := range archive.File {
		part, err := file.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(part)
		require.NoError(t, err)
		parts[file.Name] = string(text)
	}
	require.NotEmpty(t, parts)
	return parts
}

// records are the rows of a CSV file.
func records(t *testing.T, text string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return all
}

func TestExportImportExport(t *testing.T) {
	from, to := audittest.NewServer(t), audittest.NewServer(t)
	sample := from.LoadSample(sampled, 1)
	people(t, to)
	for i, odd := range oddTexts {
		require.NoError(t, from.Admin.AuditFindings.Update(t.Context(), sample.Findings[i].ObjectID, isoaudit.AuditFindingFields.Statement.Set(odd)))
	}
	exportImportExport(t, registers.ISO9001(), from.Admin.Client.Client, to.Admin.Client.Client,
		[]int{len(sample.Plans), len(sample.Findings), len(sample.Actions), len(sample.Documents)})
}

func TestExportImportExportOfTheFourClasses(t *testing.T) {
	from, to := audittest.NewPromptServer(t), audittest.NewPromptServer(t)
	sample := from.LoadSample(sampled, 1)
	for _, user := range sample.Users {
		require.NoError(t, to.Admin.Users.Create(t.Context(), &promptschema.User{Username: user.Username, Email: user.Email, Password: audittest.SamplePassword}))
	}
	for i, odd := range oddTexts {
		require.NoError(t, from.Admin.NonConformances.Update(t.Context(), sample.NonConformances[i].ObjectID, promptschema.NonConformanceFields.EvidenceNotes.Set(odd)))
	}
	exportImportExport(t, registers.Prompt(), from.Admin.Client.Client, to.Admin.Client.Client,
		[]int{len(sample.Audits), len(sample.NonConformances), len(sample.CAPAs), len(sample.DocumentControlLogs)})
}

// exportImportExport takes the registers of one server to another that has its people,
// by a workbook and by CSV files. want is how many rows each register has.
func exportImportExport(t *testing.T, contract registers.Contract, from, to *parse.Client, want []int) {
	t.Helper()
	file := excelOf(t, contract, from)
	require.Equal(t, partsOf(t, file), partsOf(t, excelOf(t, contract, from)), "the same records give the same workbook")
	dry, err := importExcel(t.Context(), contract, to, file, registers.Options{DryRun: true})
	require.NoError(t, err)
	for i, table := range dry.Tables {
		require.Equal(t, registers.Outcome{Register: contract.Names()[i], Sheet: table.Sheet, Rows: want[i], Created: want[i]}, table)
	}
	require.Equal(t, 1, strings.Count(csvOf(t, contract, to, "audits"), "\n"), "a dry run sends nothing")

	report, err := importExcel(t.Context(), contract, to, file, registers.Options{})
	require.NoError(t, err)
	require.Equal(t, dry, report)
	for _, name := range contract.Names() {
		require.Equal(t, csvOf(t, contract, from, name), csvOf(t, contract, to, name), name)
	}

	again, err := importExcel(t.Context(), contract, to, file, registers.Options{})
	require.NoError(t, err)
	for _, table := range again.Tables {
		require.Equal(t, table.Rows, table.Unchanged, table.Register)
		require.NotZero(t, table.Rows)
	}
	for _, name := range contract.Names() {
		report, err := contract.Import(t.Context(), to, []registers.Table{csvTable(name, csvOf(t, contract, from, name))}, registers.Options{})
		require.NoError(t, err, name)
		require.Equal(t, report.Tables[0].Rows, report.Tables[0].Unchanged, name)
	}
}
