package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/playground"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/cmd/auditserver/workflow"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// servePlayground puts the page at / that goes with the sample. Its people and their
// passwords are known to everybody, and the sample is refused beyond this machine.
func (s *settings) servePlayground(classes schema.Schema) (err error) {
	page := playground.Page{
		Mount: cmp.Or(s.cfg.MountPath, "/parse"), GraphQL: cmp.Or(s.cfg.GraphQLPath, "/graphql"), AppID: s.cfg.AppID, RESTKey: s.cfg.RESTKey, JavaScriptKey: s.cfg.JavaScriptKey,
		Rules: map[string]string{}, Calls: []playground.Call{{Title: "Audits", Who: "anybody", Method: "GET", Path: "/classes/Audit?limit=10"}},
	}
	add := func(name, role string) {
		page.People = append(page.People, playground.Person{Name: name, Role: role, Password: audittest.SamplePassword})
	}
	if s.prompt {
		for _, user := range audittest.NewPromptSample(time.Now(), 1).Users {
			add(user.Username, "")
		}
	} else {
		page.Calls, page.Finds = workflow.Calls(), workflow.Finds()
		for _, auditor := range audittest.NewSample(time.Now(), 1).Auditors {
			add(auditor.Username, string(auditor.Role))
		}
	}
	for _, rule := range s.cfg.Rules.All() {
		page.Rules[rule.ID] = rule.Source
	}
	for _, class := range classes.Classes {
		c := playground.Class{Name: class.Name, Live: class.Name != event.Class} // each change has an event: once is enough
		for _, name := range slices.Sorted(maps.Keys(class.Fields)) {
			field := class.Fields[name]
			c.Columns = append(c.Columns, playground.Column{Name: name, Type: string(field.Type), Target: field.TargetClass, Required: field.Required})
		}
		page.Classes = append(page.Classes, c)
	}
	s.cfg.Pages, err = playground.Handler(page)
	return err
}
