package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
	"github.com/isoaudit/isoaudit-go/schema"
)

// prepareSample makes the configuration one of an audit backend: its rules and
// live queries.
func (s *settings) prepareSample() {
	s.cfg.Rules = policy.Default()
	for _, class := range schema.ISO9001().Classes {
		s.cfg.LiveQueryClasses = append(s.cfg.LiveQueryClasses, class.Name)
	}
}

// loadSample applies the ISO 9001 schema to the running server and puts a year
// of audits on it, unless it holds audits already.
func (s *settings) loadSample(ctx context.Context, out io.Writer, url string) error {
	admin, err := isoaudit.NewAdmin(url, s.cfg.MasterKey, parse.WithApplicationID(s.cfg.AppID))
	if err != nil {
		return err
	}
	if _, err := admin.ApplySchema(ctx, schema.ISO9001()); err != nil {
		return err
	}
	held, err := admin.AuditPlans.Query().Count(ctx)
	if err != nil {
		return err
	}
	if held > 0 {
		fmt.Fprintf(out, "%-16s not loaded: there are %d audits already\n", "sample", held)
		return nil
	}
	sample := audittest.NewSample(time.Now(), 1)
	if err := sample.Load(ctx, admin); err != nil {
		return err
	}
	manager := sample.Auditors[0]
	fmt.Fprintf(out, "%-16s %d audits; log in as %s, password %s\n", "sample", len(sample.Plans), manager.Username, audittest.SamplePassword)
	return nil
}
