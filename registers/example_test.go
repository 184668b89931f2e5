package registers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/registers"
)

// Each bad cell is named, and nothing is sent before they are mended.
func ExampleContract_Import() {
	server := serverWithActions("CA-2026-001", "CA-2026-002")
	defer server.Close()
	client, err := isoaudit.NewClient(server.URL, parse.WithApplicationID("app"))
	if err != nil {
		fmt.Println(err)
		return
	}
	file := []byte("Action;Due\nCA-2026-001;31.2.2026\nCA-2026-002;3/4/2026\n")
	actions := registers.CSV("actions", "actions.csv", bytes.NewReader(file), int64(len(file)))

	report, err := registers.ISO9001().Import(context.Background(), client.Client, []registers.Table{actions}, registers.Options{})
	var wrong *registers.Problems
	switch {
	case errors.As(err, &wrong):
		for _, p := range wrong.List {
			fmt.Println(p)
		}
	case err != nil:
		fmt.Println("repeat the import:", err)
	default:
		fmt.Println(report.Tables[0].Changed, "actions were changed")
	}
	// Output:
	// actions.csv, B2 (Due): "31.2.2026" is no day of the calendar [date]
	// actions.csv, B3 (Due): "3/4/2026" can be 3 April or 4 March: write 2026-04-03 or 2026-03-04, or say which comes first [date]
}

// serverWithActions is a server that has actions of these references and nothing else.
func serverWithActions(refs ...string) *httptest.Server {
	rows := make([]string, len(refs))
	for i, ref := range refs {
		rows[i] = fmt.Sprintf(`{"objectId":"aCt10n000%d","capaRef":%q}`, i, ref)
	}
	var pages atomic.Int32
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if pages.Add(1) == 1 {
			fmt.Fprintf(w, `{"results":[%s]}`, strings.Join(rows, ","))
			return
		}
		fmt.Fprint(w, `{"results":[]}`)
	}))
}
