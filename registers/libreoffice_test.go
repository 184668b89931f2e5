//go:build libreoffice

package registers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/registers"
)

// LibreOffice shows the values that were exported, and what it saves again changes
// nothing. It is asked for with -tags libreoffice and must be installed then.
func TestLibreOfficeReadsTheWorkbook(t *testing.T) {
	server := audittest.NewServer(t)
	sample := server.LoadSample(sampled, 1)
	for i, odd := range oddTexts {
		require.NoError(t, server.Admin.AuditFindings.Update(t.Context(), sample.Findings[i].ObjectID, isoaudit.AuditFindingFields.Statement.Set(odd)))
	}
	client := server.Admin.Client.Client
	dir := t.TempDir()
	file := filepath.Join(dir, "registers.xlsx")
	require.NoError(t, os.WriteFile(file, excelOf(t, registers.ISO9001(), client), 0o600))

	// Comma, quote, UTF-8, from row 1, as shown, all sheets, each in a file of its own.
	convert(t, dir, `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`, file)
	for _, name := range registers.ISO9001().Names() {
		shown, err := os.ReadFile(filepath.Join(dir, "registers-"+strings.ToUpper(name[:1])+name[1:]+".csv"))
		require.NoError(t, err)
		want := records(t, strings.TrimPrefix(csvOf(t, registers.ISO9001(), client, name), "\ufeff"))
		for _, row := range want {
			for i, text := range row {
				if unquoted, ok := strings.CutPrefix(text, "'"); ok && strings.ContainsAny(unquoted[:1], "=+-@\t'") {
					row[i] = unquoted // the mark is for CSV alone
				}
			}
		}
		require.Equal(t, want, records(t, string(shown)), name)
	}

	saved := filepath.Join(dir, "saved")
	require.NoError(t, os.Mkdir(saved, 0o700))
	convert(t, saved, "xlsx:Calc MS Excel 2007 XML", file)
	again, err := os.ReadFile(filepath.Join(saved, "registers.xlsx"))
	require.NoError(t, err)
	report, err := importExcel(t.Context(), registers.ISO9001(), client, again, registers.Options{})
	require.NoError(t, err)
	for _, table := range report.Tables {
		require.Equal(t, table.Rows, table.Unchanged, table.Register)
	}
}

func convert(t *testing.T, dir, to, file string) {
	t.Helper()
	office := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(t.TempDir(), "profile"),
		"--headless", "--convert-to", to, "--outdir", dir, file)
	out, err := office.CombinedOutput()
	require.NoError(t, err, string(out))
}
