package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestMailOfTheConfiguration(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.json")
	write := func(adapter string) {
		require.NoError(t, os.WriteFile(config, []byte(`{"appName":"Audits","publicServerURL":"https://audits.example/parse","emailAdapter":`+adapter+`}`), 0o600))
	}
	t.Setenv("ISOAUDIT_SMTP_PASSWORD", "secret")
	write(`{"module":"smtp","options":{"host":"mail.example","user":"audits","fromAddress":"a@audits.example"}}`)
	var said bytes.Buffer
	s, err := readSettings([]string{"-config", config}, &said)
	require.NoError(t, err)
	require.Equal(t, auditserver.SMTP{Host: "mail.example", Username: "audits", Password: "secret", From: "a@audits.example"}, s.cfg.Mail)

	write(`{"module":"log"}`)
	s, err = readSettings([]string{"-config", config}, &said)
	require.NoError(t, err)
	require.NoError(t, s.cfg.Mail.Send(t.Context(), auditserver.Mail{To: "ada@example.com", Subject: "s", Text: "the link"}))
	require.Contains(t, said.String(), "the link")
}
