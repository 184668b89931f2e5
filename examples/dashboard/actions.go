package main

import (
	"context"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// column is the actions of one status.
type column struct {
	Status  isoaudit.CAPAStatus
	Actions []*isoaudit.CorrectiveAction
}

// actionBoard shows the unfinished actions by status, the first due first.
func actionBoard(ctx context.Context, v *visit) error {
	capa := isoaudit.CorrectiveActionFields
	board := []column{{Status: isoaudit.CAPAOpen}, {Status: isoaudit.CAPAInProgress}, {Status: isoaudit.CAPAPendingVerification}}
	for i := range board {
		var err error
		board[i].Actions, err = v.CorrectiveActions.Query().Where(capa.Status.Eq(board[i].Status)).
			Include(capa.Owner, capa.Finding).OrderBy(capa.DueDate.Asc()).Limit(500).Find(ctx)
		if err != nil {
			return err
		}
	}
	return v.show("board", "Corrective actions", board)
}

// noNote is the verification note of an action with nothing to verify yet: the
// column is required, and the rules take this for a placeholder.
const noNote = "TBD"

func actionPage(ctx context.Context, v *visit) error {
	capa := isoaudit.CorrectiveActionFields
	id := v.r.PathValue("id")
	step := stepForm("CorrectiveAction",
		&field{Name: "verificationNote", Label: "Verification note", Kind: area, Optional: true, Hint: "To close the action: what was checked, and what it showed."},
		&field{Name: "dueDate", Label: "New due date", Kind: date, Optional: true, Hint: "Only if it moves."})
	done, err := v.save(ctx, step, func(ctx context.Context) (string, error) {
		changes := []parse.Change[isoaudit.CorrectiveAction]{capa.Status.Set(isoaudit.CAPAStatus(step.text("status")))}
		if note := step.text("verificationNote"); note != "" {
			changes = append(changes, capa.VerificationNote.Set(note))
		}
		if due := step.day("dueDate"); !due.IsZero() {
			changes = append(changes, capa.DueDate.Set(due))
		}
		return v.r.URL.Path, v.CorrectiveActions.Update(ctx, id, changes...)
	})
	if done || err != nil {
		return err
	}
	action, err := v.CorrectiveActions.Query().Where(capa.ObjectID.Eq(id)).Include(capa.Owner, capa.Finding).First(ctx)
	if err != nil {
		return err
	}
	page := record{
		Text: action.ActionDescription, Form: step,
		Facts: []fact{
			{Name: "Status", Text: words(action.Status)}, {Name: "Owner", Text: who(action.Owner)},
			{Name: "Due", Text: day(action.DueDate)},
		},
	}
	if found, ok := action.Finding.Get(); ok {
		page.Facts = append(page.Facts, fact{"Finding", found.FindingRef + ": " + found.Statement, "/findings/" + found.ObjectID})
	}
	if action.VerificationNote != noNote {
		page.Facts = append(page.Facts, fact{Name: "Verification", Text: action.VerificationNote})
	}
	return v.showRecord(ctx, "Action "+action.CAPARef, action.Pointer(), page)
}

func newAction(ctx context.Context, v *visit) error {
	found, err := v.finding(ctx)
	if err != nil {
		return err
	}
	people, err := v.auditors(ctx)
	if err != nil {
		return err
	}
	f := &form{Button: "Raise the action", Fields: []*field{
		{Name: "capaRef", Label: "Reference", Kind: line, Hint: "It is unique, such as CA-2026-014."},
		{Name: "actionDescription", Label: "What is to be done", Kind: area, Hint: "What removes the cause, so that it does not happen again."},
		{Name: "owner", Label: "Owner", Kind: list, Choices: people},
		{Name: "dueDate", Label: "Due", Kind: date},
	}}
	done, err := v.save(ctx, f, func(ctx context.Context) (string, error) {
		action := &isoaudit.CorrectiveAction{
			CAPARef: f.text("capaRef"), Finding: found.Pointer(), ActionDescription: f.text("actionDescription"),
			Owner: isoaudit.PointerTo[isoaudit.Auditor](f.text("owner")), DueDate: f.day("dueDate"),
			Status: isoaudit.CAPAOpen, VerificationNote: noNote,
		}
		err := v.CorrectiveActions.Create(ctx, action)
		return "/actions/" + action.ObjectID, err
	})
	if done || err != nil {
		return err
	}
	return v.fill("Action for finding "+found.FindingRef, f)
}
