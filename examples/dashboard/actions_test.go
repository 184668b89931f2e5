package main

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFromTheFindingToTheClosedAction(t *testing.T) {
	base := dashboard(t)
	lena := newBrowser(t, base).signIn("l.brandt")

	audit := lena.open(lena.open("/").link(t, `/audits/\w+`))
	require.Contains(t, audit.Text, "in progress")
	form := lena.open(audit.Path + "/finding")
	require.Contains(t, form.Text, `<option value="good_practice"`)
	finding := lena.post(form.Path, map[string]string{
		"findingRef": "F-NEW-1", "findingType": "nonconformity", "severity": "major", "clause": "8.5.1",
		"statement": `Bolts <b>"loose"</b>`, "evidenceNote": "3 of 12",
	}, "../Fotos/Schraube über.txt", "torque: none")
	require.Equal(t, http.StatusOK, finding.Status, finding.Text)
	require.Contains(t, finding.Text, "Bolts &lt;b&gt;&#34;loose&#34;&lt;/b&gt;")
	require.Contains(t, lena.open("/findings").Text, "F-NEW-1")

	stored := lena.open(finding.link(t, `/findings/\w+/file`))
	require.Equal(t, "torque: none", stored.Text)
	require.Regexp(t, `^attachment; filename=e\S*ber\.txt$`, stored.Header.Get("Content-Disposition"))

	form = lena.open(finding.Path + "/action")
	owner := regexp.MustCompile(`value="(\w+)">a\.haddad`).FindStringSubmatch(form.Text)
	require.NotNil(t, owner)
	action := lena.post(form.Path, map[string]string{
		"capaRef": "CA-NEW-1", "actionDescription": "Mandatory torque entry", "owner": owner[1],
		"dueDate": time.Now().AddDate(0, 0, 30).Format(time.DateOnly),
	})
	require.Equal(t, http.StatusOK, action.Status, action.Text)
	require.Contains(t, lena.open("/actions").Text, "CA-NEW-1")

	// The short cut is refused: what to do, by which clause, and what was typed is kept.
	refused := lena.post(action.Path, map[string]string{"status": "closed", "verificationNote": "done", "reason": "we are late"})
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
	require.Contains(t, refused.Text, "can only become: in_progress, cancelled <cite>ISO 9001:2015 10.2.1</cite>")
	require.Contains(t, refused.Text, "a verification note that says what was verified")
	require.Contains(t, refused.Text, ">done</textarea>")
	require.Contains(t, refused.Text, `value="we are late"`)
	require.Contains(t, refused.Text, `<option value="closed" selected>`)

	for _, step := range []map[string]string{
		{"status": "in_progress"}, {"status": "pending_verification"},
		{"status": "closed", "verificationNote": "20 travellers checked, all carry the value.", "reason": "effective"},
	} {
		page := lena.post(action.Path, step)
		require.Equal(t, http.StatusOK, page.Status, page.Text)
		require.Equal(t, action.Path, page.Path)
	}
	closed := lena.open(action.Path)
	require.Contains(t, closed.Text, "<q>effective</q>")
	require.Contains(t, closed.Text, "<del>pending_verification</del> → <ins>closed</ins>")
	require.Contains(t, closed.Text, "l.brandt, coordinator")

	// An auditor may neither change an action of somebody else nor read the history.
	stranger := newBrowser(t, base).signIn("h.weber")
	require.Contains(t, stranger.open(action.Path).Text, "The history is shown to managers and coordinators.")
	require.Contains(t, stranger.post(action.Path, map[string]string{"status": "open"}).Text, "not yours to change")
}
