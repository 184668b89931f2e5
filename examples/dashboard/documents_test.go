package main

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDocumentsAndFigures(t *testing.T) {
	base := dashboard(t)
	joana := newBrowser(t, base).signIn("j.silva")
	register := joana.open("/documents")
	document := joana.open(register.link(t, `/documents/\w+`))
	form := joana.open(document.Path + "/revision")
	chosen := func(name string) string {
		found := regexp.MustCompile(`(?s)name="` + name + `".*?value="(\w+)" selected`).FindStringSubmatch(form.Text)
		require.NotNil(t, found, "the last revision's %s is chosen", name)
		return found[1]
	}
	values := map[string]string{
		"documentTitle": "Control of records", "revision": "ZZ", "owner": chosen("owner"), "approvedBy": chosen("owner"),
		"effectiveDate": time.Now().Format(time.DateOnly), "status": "effective",
	}
	refused := joana.post(form.Path, values)
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
	require.Contains(t, refused.Text, "approvedBy must be someone other than the owner of the document")
	values["approvedBy"] = chosen("approvedBy")
	revised := joana.post(form.Path, values)
	require.Equal(t, http.StatusOK, revised.Status, revised.Text)
	require.Contains(t, joana.open("/documents").Text, "<td>ZZ</td>", "the new revision is the effective one")
	require.Contains(t, joana.open(document.Path).Text, "superseded")
	obsolete := joana.post(revised.Path, map[string]string{"status": "obsolete", "reason": "given up"})
	require.Equal(t, http.StatusOK, obsolete.Status)

	// Whoever may not read the trail gets no figure that was made of nothing.
	figures := joana.open("/figures")
	require.Contains(t, figures.Text, "not known")
	mary := newBrowser(t, base).signIn("m.okafor")
	figures = mary.open("/figures")
	require.NotContains(t, figures.Text, "not known")
	require.Contains(t, figures.Text, `<svg role="img" aria-label="Nonconformities by clause: 7.1`)
	require.Equal(t, http.StatusOK, mary.open(figures.link(t, `/actions/\w+`)).Status)
}
