package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/playground"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/cmd/auditserver/workflow"
	"github.com/isoaudit/isoaudit-go/cmd/auditserver/workflow/prompt"
	"github.com/isoaudit/isoaudit-go/internal/contract"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// servePlayground puts the page at / that goes with the sample. Its people and their
// passwords are known to everybody, and the sample is refused beyond this machine.
func (s *settings) servePlayground(c contract.Contract) (err error) {
	page := playground.Page{
		Mount: cmp.Or(s.cfg.MountPath, "/parse"), GraphQL: cmp.Or(s.cfg.GraphQLPath, "/graphql"), AppID: s.cfg.AppID, RESTKey: s.cfg.RESTKey, JavaScriptKey: s.cfg.JavaScriptKey,
		Classes: dataModel(c), Rules: map[string]string{},
	}
	if s.prompt {
		page.Calls, page.Finds = prompt.Calls(), prompt.Finds()
		sample := audittest.NewPromptSample(time.Now(), 1)
		for _, user := range sample.Users {
			page.People = append(page.People, person(user.Username, string(sample.Role(user.Username))))
		}
	} else {
		page.Calls, page.Finds = workflow.Calls(), workflow.Finds()
		for _, auditor := range audittest.NewSample(time.Now(), 1).Auditors {
			page.People = append(page.People, person(auditor.Username, string(auditor.Role)))
		}
	}
	for _, rule := range c.Rules.All() {
		page.Rules[rule.ID] = rule.Source
	}
	s.cfg.Pages, err = playground.Handler(page)
	return err
}

func person(name, role string) playground.Person {
	return playground.Person{Name: name, Role: role, Password: audittest.SamplePassword}
}

func dataModel(c contract.Contract) []playground.Class {
	var model []playground.Class
	for _, class := range c.Schema.Classes {
		described := playground.Class{Name: class.Name, Live: class.Name != event.Class} // each change has an event: once is enough
		for _, name := range slices.Sorted(maps.Keys(class.Fields)) {
			field := class.Fields[name]
			meaning, _ := c.Meanings.Of(class.Name, name)
			vocabulary, _ := c.Rules.Vocabulary(class.Name, name)
			described.Columns = append(described.Columns, playground.Column{Name: name, Type: string(field.Type), Target: field.TargetClass,
				Required: field.Required, Meaning: meaning, Values: vocabulary.Values})
		}
		model = append(model, described)
	}
	return model
}
