package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/promptschema"
	"github.com/isoaudit/isoaudit-go/schema"
)

// sampleData is a sample of one of the contracts, with the server that it is for.
type sampleData struct {
	apply func(context.Context) error
	held  func(context.Context) (int, error) // audits that are there
	load  func(context.Context) (audits int, username string, err error)
}

// halfSample is what to do about a database with a part of the sample, to which the
// whole can't be added.
const halfSample = "a database that has been given a part of it can't take the rest: begin with a new -db file"

// loadSample applies the schema to the running server and puts a year of audits on it,
// unless it holds audits already.
func (s *settings) loadSample(ctx context.Context, out io.Writer, url string) error {
	data, err := s.sampleOfISO9001(url)
	if s.prompt {
		data, err = s.sampleOfPrompt(url)
	}
	if err != nil {
		return err
	}
	if err := data.apply(ctx); err != nil {
		return err
	}
	held, err := data.held(ctx)
	if err != nil {
		return err
	}
	if held > 0 {
		fmt.Fprintf(out, "%-16s not loaded: there are %d audits already\n", "sample", held)
		return nil
	}
	audits, username, err := data.load(ctx)
	if err != nil && s.cfg.Path != "" {
		return fmt.Errorf("the sample was not loaded: %w\n%s", err, halfSample)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%-16s %d audits; log in as %s, password %s\n", "sample", audits, username, audittest.SamplePassword)
	return nil
}

func (s *settings) sampleOfISO9001(url string) (sampleData, error) {
	admin, err := isoaudit.NewAdmin(url, s.cfg.MasterKey, parse.WithApplicationID(s.cfg.AppID))
	if err != nil {
		return sampleData{}, err
	}
	return sampleData{
		apply: func(ctx context.Context) error {
			_, err := admin.ApplySchema(ctx, schema.ISO9001())
			return err
		},
		held: func(ctx context.Context) (int, error) { return admin.AuditPlans.Query().Count(ctx) },
		load: func(ctx context.Context) (int, string, error) {
			sample := audittest.NewSample(time.Now(), 1)
			err := sample.Load(ctx, admin)
			return len(sample.Plans), sample.Auditors[0].Username, err
		},
	}, nil
}

func (s *settings) sampleOfPrompt(url string) (sampleData, error) {
	admin, err := promptschema.NewAdmin(url, s.cfg.MasterKey, parse.WithApplicationID(s.cfg.AppID))
	if err != nil {
		return sampleData{}, err
	}
	return sampleData{
		apply: func(ctx context.Context) error {
			_, err := admin.ApplySchema(ctx)
			return err
		},
		held: func(ctx context.Context) (int, error) { return admin.Audits.Query().Count(ctx) },
		load: func(ctx context.Context) (int, string, error) {
			sample := audittest.NewPromptSample(time.Now(), 1)
			err := sample.Load(ctx, admin)
			return len(sample.Audits), sample.Users[0].Username, err
		},
	}, nil
}
