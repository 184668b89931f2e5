// Command pocketbase serves what the other servers of the comparison serve, from
// PocketBase: plans and findings, twelve users, and a group whose members may see what
// names it as its readers. It prints where, and the credentials, as one line of JSON.
//
// Every acknowledged write is synced, as on the other servers (PocketBase by itself
// does not), and it keeps no log of its requests.
//
// It is a module of its own: this version needs a newer Go than the project does.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// ready is what the program prints when it serves.
type ready struct {
	URL, Token, SuperToken, Group string
	Users                         []string
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("pocketbase: ", err)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "isoaudit-bench-pocketbase-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: connect})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	settings := app.Settings()
	settings.Batch = core.BatchConfig{Enabled: true, MaxRequests: 500, Timeout: 60}
	settings.Logs.MaxDays = 0
	if err := app.Save(settings); err != nil {
		return err
	}
	r, err := seed(app)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r.URL = "http://" + listener.Addr().String()
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.InstallerFunc, e.Listener = nil, listener
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil { // who connects waits until it serves
			return err
		}
		return e.Next()
	})
	return apis.Serve(app, apis.ServeConfig{})
}

// connect is PocketBase's own, but for synchronous(FULL).
func connect(path string) (*dbx.DB, error) {
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)"+
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
}

// seed makes the collections, the users and their group.
func seed(app core.App) (*ready, error) {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	groups := core.NewBaseCollection("groups")
	groups.Fields.Add(&core.TextField{Name: "name", Required: true},
		&core.RelationField{Name: "members", CollectionId: users.Id, MaxSelect: 1000})
	if err := app.Save(groups); err != nil {
		return nil, err
	}
	member := types.Pointer("readers.members.id ?= @request.auth.id")
	isMember := types.Pointer(`@request.auth.id != "" && @collection.groups.members.id ?= @request.auth.id`)
	users.ViewRule, users.ListRule = isMember, isMember
	if err := app.Save(users); err != nil {
		return nil, err
	}
	plans := collection("plans", groups, "auditRef", "standardClause", "scope", "siteCode", "status")
	plans.Fields.Add(&core.RelationField{Name: "leadAuditor", CollectionId: users.Id, MaxSelect: 1}, &core.DateField{Name: "plannedStartDate"})
	plans.AddIndex("bench_start", false, "plannedStartDate", "")
	plans.AddIndex("bench_site", false, "siteCode, plannedStartDate", "")
	plans.AddIndex("bench_ref", false, "auditRef", "")
	plans.ViewRule, plans.ListRule, plans.CreateRule = member, member, isMember
	if err := app.Save(plans); err != nil {
		return nil, err
	}
	findings := collection("findings", groups, "findingRef", "findingType", "clause", "statement", "evidenceNote", "severity")
	findings.Fields.Add(&core.RelationField{Name: "auditPlan", CollectionId: plans.Id, MaxSelect: 1})
	findings.AddIndex("bench_plan", false, "auditPlan, clause", "")
	findings.ViewRule, findings.ListRule, findings.CreateRule = member, member, isMember
	if err := app.Save(findings); err != nil {
		return nil, err
	}
	return people(app, users, groups)
}

// collection has text columns, the first of them required, the times that a Parse
// object has, and the group that may read a record.
func collection(name string, groups *core.Collection, texts ...string) *core.Collection {
	c := core.NewBaseCollection(name)
	for i, text := range texts {
		c.Fields.Add(&core.TextField{Name: text, Required: i == 0})
	}
	c.Fields.Add(&core.RelationField{Name: "readers", CollectionId: groups.Id, MaxSelect: 10},
		&core.AutodateField{Name: "created", OnCreate: true}, &core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
	return c
}

func people(app core.App, users, groups *core.Collection) (*ready, error) {
	r := &ready{}
	for n := range 12 {
		user := core.NewRecord(users)
		user.SetEmail(fmt.Sprintf("bench-%d@pumps.example", n))
		user.SetPassword("bench-Pa55word")
		if err := app.Save(user); err != nil {
			return nil, err
		}
		r.Users = append(r.Users, user.Id)
		if n == 0 {
			token, err := user.NewAuthToken()
			if err != nil {
				return nil, err
			}
			r.Token = token
		}
	}
	group := core.NewRecord(groups)
	group.Set("name", "bench")
	group.Set("members", r.Users)
	if err := app.Save(group); err != nil {
		return nil, err
	}
	r.Group = group.Id
	supers, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return nil, err
	}
	super := core.NewRecord(supers)
	super.SetEmail("bench@pumps.example")
	super.SetPassword("bench-Pa55word")
	if err := app.Save(super); err != nil {
		return nil, err
	}
	r.SuperToken, err = super.NewStaticAuthToken(24 * time.Hour)
	return r, err
}
