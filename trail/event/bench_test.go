package event_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/trail/event"
)

var (
	before = jsontext.Value(`{"objectId":"aCt10n0001","createdAt":"2026-11-27T09:00:00.000Z","updatedAt":"2026-11-27T09:00:00.000Z","ACL":{"*":{"write":true},"role:manager":{"read":true}},"actionPlan":"Recalibrate the torque wrench and train the shift","capaRef":"CAPA-2026-014","dueDate":{"__type":"Date","iso":"2026-12-01T00:00:00.000Z"},"finding":{"__type":"Pointer","className":"AuditFinding","objectId":"f1nd1ng001"},"owner":{"__type":"Pointer","className":"_User","objectId":"k7RtXw2nQp"},"rootCause":"No reminder in the maintenance plan","status":"Open"}`)
	after  = jsontext.Value(`{"objectId":"aCt10n0001","createdAt":"2026-11-27T09:00:00.000Z","updatedAt":"2026-11-27T10:00:00.000Z","ACL":{"*":{"write":true},"role:manager":{"read":true}},"actionPlan":"Recalibrate the torque wrench and train the shift","capaRef":"CAPA-2026-014","dueDate":{"__type":"Date","iso":"2026-12-15T00:00:00.000Z"},"finding":{"__type":"Pointer","className":"AuditFinding","objectId":"f1nd1ng001"},"owner":{"__type":"Pointer","className":"_User","objectId":"k7RtXw2nQp"},"rootCause":"No reminder in the maintenance plan","status":"In progress"}`)
)

func BenchmarkNew(b *testing.B) {
	for name, old := range map[string]jsontext.Value{"create": nil, "update": before} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				changes, err := event.Diff("CorrectiveAction", old, after)
				if err != nil {
					b.Fatal(err)
				}
				e, err := event.New(event.Write{
					At: time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC), Op: event.Update, Class: "CorrectiveAction", Record: "aCt10n0001",
					Actor: event.Actor{Kind: event.User, ID: "k7RtXw2nQp"}, Changes: changes,
				})
				if err != nil || len(e.Text()) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseAndCheck(b *testing.B) {
	changes, err := event.Diff("CorrectiveAction", before, after)
	if err != nil {
		b.Fatal(err)
	}
	e, err := event.New(event.Write{At: time.Now(), Op: event.Update, Class: "CorrectiveAction", Record: "aCt10n0001", Actor: event.Actor{Kind: event.Master}, Changes: changes})
	if err != nil {
		b.Fatal(err)
	}
	row := e.AppendFields(nil)
	b.ReportAllocs()
	for b.Loop() {
		e, err := event.Parse(row)
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Check(); err != nil {
			b.Fatal(err)
		}
	}
}
