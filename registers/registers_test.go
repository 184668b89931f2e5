package registers_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
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

func excelOf(t *testing.T, client *parse.Client, names ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, registers.ISO9001().ExportExcel(t.Context(), client, &file, registers.Options{}, names...))
	return file.Bytes()
}

func csvOf(t *testing.T, client *parse.Client, name string) string {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, registers.ISO9001().ExportCSV(t.Context(), client, &file, registers.Options{}, name))
	return file.String()
}

func csvTable(register, text string) registers.Table {
	return registers.CSV(register, register+".csv", bytes.NewReader([]byte(text)), int64(len(text)))
}

func importExcel(ctx context.Context, client *parse.Client, file []byte, options registers.Options) (registers.Report, error) {
	book, err := registers.OpenExcel(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return registers.Report{}, err
	}
	defer func() { _ = book.Close() }()
	tables, err := book.Tables(registers.ISO9001())
	if err != nil {
		return registers.Report{}, err
	}
	return registers.ISO9001().Import(ctx, client, tables, options)
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

func TestExportImportExport(t *testing.T) {
	from, to := audittest.NewServer(t), audittest.NewServer(t)
	sample := from.LoadSample(sampled, 1)
	people(t, to)
	for i, odd := range oddTexts {
		require.NoError(t, from.Admin.AuditFindings.Update(t.Context(), sample.Findings[i].ObjectID, isoaudit.AuditFindingFields.Statement.Set(odd)))
	}

	file := excelOf(t, from.Admin.Client.Client)
	require.Equal(t, partsOf(t, file), partsOf(t, excelOf(t, from.Admin.Client.Client)), "the same records give the same workbook")
	dry, err := importExcel(t.Context(), to.Admin.Client.Client, file, registers.Options{DryRun: true})
	require.NoError(t, err)
	require.Len(t, dry.Tables, 4)
	count, err := to.Admin.AuditPlans.Query().Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, count, "a dry run sends nothing")

	report, err := importExcel(t.Context(), to.Admin.Client.Client, file, registers.Options{})
	require.NoError(t, err)
	require.Equal(t, dry, report)
	require.Equal(t, len(sample.Findings), report.Tables[1].Created)
	for _, name := range registers.ISO9001().Names() {
		require.Equal(t, csvOf(t, from.Admin.Client.Client, name), csvOf(t, to.Admin.Client.Client, name), name)
	}

	again, err := importExcel(t.Context(), to.Admin.Client.Client, file, registers.Options{})
	require.NoError(t, err)
	for _, table := range again.Tables {
		require.Equal(t, table.Rows, table.Unchanged, table.Register)
		require.NotZero(t, table.Rows)
	}
	for _, name := range registers.ISO9001().Names() {
		report, err := registers.ISO9001().Import(t.Context(), to.Admin.Client.Client, []registers.Table{csvTable(name, csvOf(t, from.Admin.Client.Client, name))}, registers.Options{})
		require.NoError(t, err, name)
		require.Equal(t, report.Tables[0].Rows, report.Tables[0].Unchanged, name)
	}
}
