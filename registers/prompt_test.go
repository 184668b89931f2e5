package registers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/registers"
)

// What is wrong with a cell is told by the rules of the contract whose register it is.
func TestBadCellsOfTheFourClasses(t *testing.T) {
	server := audittest.NewPromptServer(t)
	sample := server.LoadSample(sampled, 1)
	user, audit := sample.Users[0].Username, sample.Audits[0].AuditNumber
	document := sample.DocumentControlLogs[0]
	coordinator, approver := server.As(isoaudit.RoleCoordinator).Client.Client, server.As(isoaudit.RoleApprover)
	const (
		audits    = "Audit,Site,Auditor,Scheduled,Status,Notes\n"
		findings  = "Finding,Audit,Source,Severity,Status,Root cause,Evidence\n"
		actions   = "Action,Finding,Type,Owner,Due,Status,Verification\n"
		documents = "Document,Revision,Title,Approved by,Effective,Notes\n"
	)
	for name, one := range map[string]struct {
		register, text string
		want           []string
	}{
		"an unknown status":    {"audits", audits + "N-1,N," + user + ",2099-02-28,soon,\n", []string{"E2 audit-status-known"}},
		"all that is wrong":    {"audits", audits + "N\u200b-1,,nobody,2099-02-30,soon,\n", []string{"A2 audit-number-plain", "B2 required", "C2 person", "D2 date", "E2 audit-status-known"}},
		"also besides the key": {"audits", audits + ",,nobody,2099-02-30,soon,\n", []string{"A2 required", "B2 required", "C2 person", "D2 date"}},
		"no site":              {"audits", audits + "N-1,,nobody,,planned,\n", []string{"B2 required", "C2 person"}},
		"a number that looks like another": {
			"audits", audits + "N\u200b-1,N," + user + ",2099-02-28,planned,\n", []string{"A2 audit-number-plain"}},
		"a finding of no audit":   {"findings", findings + "N-1,A-none,audit,major,open,,\n", []string{"B2 reference"}},
		"an unknown severity":     {"findings", findings + "N-1," + audit + ",audit,none,open,,\n", []string{"B2 audit-open-for-ncs", "D2 nc-severity-known"}},
		"an action without a day": {"actions", actions + "N-1,N-none,corrective," + user + ",,open,\n", []string{"B2 reference", "E2 required"}},
		"the headers of the other contract": {
			"actions", "Action,Finding,Description,Owner\nN-1,x,y,z\n", []string{"C1 sheet"}},
		"a document that nobody may approve": {"documents", documents + "N-1,1,Title," + coordinatorName(t, server) + ",2099-01-01,\n", []string{"D2 document-approver-role"}},
		"one document twice":                 {"documents", documents + "N-1,1,T,nobody,2099-01-01,\nN-1,1,T,nobody,2099-01-01,\n", []string{"D2 person", "A3 repeated", "D3 person"}},
	} {
		_, err := registers.Prompt().Import(t.Context(), coordinator, []registers.Table{csvTable(one.register, one.text)}, registers.Options{})
		require.Equal(t, one.want, told(t, err), name)
	}
	_, err := registers.Prompt().Import(t.Context(), approver.Client.Client, []registers.Table{csvTable("documents",
		"Document,Revision,Title\n"+document.DocumentCode+","+document.Revision+",Another title\n")}, registers.Options{})
	require.Equal(t, []string{"C2 document-issued-frozen"}, told(t, err))

	count, err := server.Admin.Audits.Query().Where(promptschema.AuditFields.AuditNumber.HasPrefix("N")).Count(t.Context())
	require.NoError(t, err)
	require.Zero(t, count)
}

func coordinatorName(t *testing.T, server *audittest.PromptServer) string {
	t.Helper()
	return server.As(isoaudit.RoleCoordinator).User.Username
}
