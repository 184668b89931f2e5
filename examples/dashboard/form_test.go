package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFormsKeepWhatWasTyped(t *testing.T) {
	lena := newBrowser(t, dashboard(t)).signIn("l.brandt")
	form := lena.open("/").link(t, `/audits/\w+`) + "/finding"
	page := lena.post(form, map[string]string{"findingRef": "F-1", "statement": "  <kept>  "})
	require.Equal(t, http.StatusUnprocessableEntity, page.Status)
	require.Contains(t, page.Text, "&lt;kept&gt;</textarea>")
	require.Equal(t, 4, strings.Count(page.Text, "This is needed."), "type, severity, clause and evidence")

	action := lena.open("/actions").link(t, `/actions/\w+`)
	page = lena.post(action, map[string]string{"status": "in_progress", "dueDate": "31.12.2026"})
	require.Contains(t, page.Text, "write it like 2026-03-31")
	page = lena.post(form, map[string]string{
		"findingRef": "F-HTML", "findingType": "observation", "severity": "none", "clause": "8.5.1", "statement": "s", "evidenceNote": "e",
	}, "page.html", "<script>")
	require.Contains(t, page.Text, "server does not take this file")
	require.NotContains(t, lena.open("/findings").Text, "F-HTML")
	require.Equal(t, http.StatusRequestEntityTooLarge, lena.post(form, map[string]string{"statement": strings.Repeat("x", mostSent)}).Status)
	require.Equal(t, http.StatusNotFound, lena.open("/actions/none").Status)
}
