// Command travel takes an application from an auditserver to a Parse Server and on to
// another auditserver, and fails unless the dumps of all three hold the same.
// conformance/dump.sh starts it.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/auditserver"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/conformance"
	"github.com/isoaudit/isoaudit-go/dump"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "travel:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "travel")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	first, end, err := embedded(ctx)
	if err != nil {
		return err
	}
	defer end()
	through, err := conformance.ParseServerNamed(os.Getenv("ISOAUDIT_PARSE_SERVER"))
	if err != nil {
		return err
	}
	if err := fill(ctx, first, through); err != nil {
		return err
	}
	second, err := isoaudit.NewAdmin(os.Getenv("ISOAUDIT_RESTORE_URL"), os.Getenv("ISOAUDIT_PARSE_MASTER_KEY"), parse.WithApplicationID(os.Getenv("ISOAUDIT_PARSE_APP_ID")),
		parse.WithRESTKey(os.Getenv("ISOAUDIT_PARSE_REST_KEY")), parse.WithMaintenanceKey(os.Getenv("ISOAUDIT_RESTORE_MAINTENANCE_KEY")))
	if err != nil {
		return err
	}
	third, end, err := embedded(ctx)
	if err != nil {
		return err
	}
	defer end()

	var before map[string][]string
	var classes schema.Schema
	kept := schema.Server{MongoDB: through == conformance.ParseServerMongoDB} // it lists what that leaves out
	for i, admin := range []*isoaudit.Admin{first, second, third} {
		name := filepath.Join(folder, fmt.Sprint(i))
		began := time.Now()
		if i > 0 {
			report, err := dump.Restore(ctx, admin.Admin, filepath.Join(folder, fmt.Sprint(i-1)), dump.Options{})
			if err != nil {
				return err
			}
			fmt.Printf("restored %d rows and %d files in %s\n", report.Rows, report.Files, time.Since(began).Round(time.Millisecond))
			for _, note := range report.Notes {
				fmt.Println("note:", note)
			}
			began = time.Now()
		}
		m, err := dump.Write(ctx, admin.Admin, name, dump.Options{})
		if err != nil {
			return err
		}
		fmt.Printf("dumped %d rows of %s in %s\n", m.Rows(), m.Server, time.Since(began).Round(time.Millisecond))
		have, err := content(name)
		if err != nil {
			return err
		}
		if before != nil {
			if err := compare(before, have); err != nil {
				return fmt.Errorf("after restoring on %s: %w", m.Server, err)
			}
		}
		switch i {
		case 0:
			classes = m.Schema
		case 2:
			if err := schema.Diff(classes, m.Schema, schema.OnServer(kept)).Drift(); err != nil {
				return fmt.Errorf("classes, permissions and indexes, there and back: %w", err)
			}
		}
		before = have
	}
	return dangling(before)
}

func embedded(ctx context.Context) (*isoaudit.Admin, func(), error) {
	backend, err := auditserver.Open(ctx, auditserver.Config{
		AppID: "travel", MasterKey: "master", MaintenanceKey: "maintenance", AllowCustomObjectID: true,
		Rules: policy.Default(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, nil, err
	}
	web := httptest.NewServer(backend)
	admin, err := isoaudit.NewAdmin(web.URL+backend.MountPath(), "master", parse.WithApplicationID("travel"), parse.WithMaintenanceKey("maintenance"))
	return admin, func() {
		web.Close()
		_ = backend.Close(ctx)
	}, err
}

// fill makes a year of audits, and rows with the rest of what rows can hold.
func fill(ctx context.Context, admin *isoaudit.Admin, through conformance.Server) error {
	if _, err := admin.ApplySchema(ctx, schema.ISO9001()); err != nil {
		return err
	}
	if err := audittest.NewSample(time.Now(), 1).Load(ctx, admin); err != nil {
		return err
	}
	file, err := admin.Client.Upload(ctx, parse.Upload{Name: "photo.txt", Content: strings.NewReader("what was seen")})
	if err != nil {
		return err
	}
	plans, err := admin.AuditPlans.Query().Limit(3).Find(ctx)
	if err != nil {
		return err
	}
	members := parse.NewRelationField[parse.Row, parse.Row]("plans")
	for i, acl := range []parse.ACL{nil, {}, {parse.Everyone: {Read: true}}} {
		row := &parse.Row{Object: parse.Object{ACL: acl}}
		columns := map[string]any{
			"text": "ä \u2028 \"", "number": -1.5e-7, "yes": true, "at": time.Now(), "photo": file, "list": []any{1.0, "a", nil}, "map": map[string]any{"a": map[string]any{"b": 9007199254740991}},
			"place": parse.GeoPoint{Latitude: 1.25, Longitude: 2}, "bytes": []byte{0, 1, 255}, "plan": plans[i].Pointer(),
		}
		if through != conformance.ParseServerMongoDB { // FerretDB, which stands in for it, stores none
			columns["area"] = parse.Polygon{{Latitude: 0, Longitude: 0}, {Latitude: 0, Longitude: 1}, {Latitude: 1, Longitude: 1}}
		}
		for name, value := range columns {
			if err := row.Set(name, value); err != nil {
				return err
			}
		}
		if err := parse.Rows(admin, "Odd").CreateWith(ctx, row, members.Add(parse.Rows(admin, "AuditPlan").PointerTo(plans[i].ObjectID))); err != nil {
			return err
		}
	}
	return nil
}

// place is what differs from server to server: prefixes and addresses of files.
var place = regexp.MustCompile(`[0-9a-f]{32}_|,?"url":"[^"]*"`)

// content gives the lines of each part of a dump.
func content(folder string) (map[string][]string, error) {
	names, err := filepath.Glob(filepath.Join(folder, "rows", "*.gz"))
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		gz, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(gz)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			row := jsontext.Value(line)
			if err := row.Canonicalize(); err != nil { // servers order the members of a value in their own ways
				return nil, err
			}
			all[filepath.Base(name)] = append(all[filepath.Base(name)], place.ReplaceAllString(string(row), ""))
		}
	}
	return all, nil
}

func compare(want, have map[string][]string) error {
	var errs []error
	for name, lines := range want {
		if len(lines) != len(have[name]) {
			errs = append(errs, fmt.Errorf("%s: %d lines, not %d", name, len(have[name]), len(lines)))
			continue
		}
		for i, line := range lines {
			if have[name][i] != line {
				errs = append(errs, fmt.Errorf("%s, line %d:\n%s\nbut was\n%s", name, i+1, have[name][i], line))
				break
			}
		}
	}
	return errors.Join(errs...)
}

var (
	pointer = regexp.MustCompile(`\{"__type":"Pointer","className":"[^"]*","objectId":"([^"]*)"\}`)
	ownID   = regexp.MustCompile(`"objectId":"([^"]*)"`)
)

// dangling finds pointers to what is not there.
func dangling(dumped map[string][]string) error {
	ids := map[string]bool{}
	for _, lines := range dumped {
		for _, line := range lines {
			for _, own := range ownID.FindAllStringSubmatch(pointer.ReplaceAllString(line, ""), -1) {
				ids[own[1]] = true
			}
		}
	}
	n := 0
	for name, lines := range dumped {
		for _, line := range lines {
			for _, to := range pointer.FindAllStringSubmatch(line, -1) {
				if n++; !ids[to[1]] {
					return fmt.Errorf("%s: a pointer to %s, which is not there", name, to[1])
				}
			}
		}
	}
	fmt.Printf("%d pointers, none of them dangling\n", n)
	return nil
}
