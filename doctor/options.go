package doctor

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/trail/event"
)

// written are the paths of writes that a client may repeat safely if the server keeps
// their request ids (protocol section 10).
var written = []string{"classes/AuditPlan", "users", "functions/isoauditSign"}

// options judges what the Cloud Code tells of its server.
func (e *examination) options(context.Context) []Result {
	if e.auditserver {
		return nil
	}
	if e.code == nil || e.code.Server == nil {
		return []Result{{"options", Unknown, "which options the server has is known to its Cloud Code alone", "deploy the folder cloud/ (docs/deploy.md), and ask again"}}
	}
	return []Result{e.liveClasses(), e.idempotency(), e.maxLimit(), e.masterKeyIPs(), e.classCreation()}
}

func (e *examination) liveClasses() Result {
	const check = "live query classes"
	var silent []string
	for _, class := range e.Want.Classes {
		known := class.Name == event.Class || slices.Contains(e.code.Recorded, class.Name)
		if known && !slices.Contains(e.code.Server.Live, class.Name) {
			silent = append(silent, class.Name)
		}
	}
	if len(silent) > 0 {
		return Result{check, Wrong, "no events of " + some(silent) + ", without an error to those who subscribe", "add them to the server's liveQuery.classNames"}
	}
	return Result{check, OK, "all produce events", ""}
}

func (e *examination) idempotency() Result {
	const check = "idempotency"
	var open []string
	for _, path := range written {
		if !slices.ContainsFunc(e.code.Server.Idempotent, func(pattern string) bool {
			re, err := regexp.Compile(pattern)
			return err == nil && re.MatchString(path)
		}) {
			open = append(open, path)
		}
	}
	if len(open) > 0 {
		return Result{check, Warning, "a write that is sent twice is carried out twice: no request ids are kept for " + some(open), "set idempotencyOptions: { paths: ['classes/.*', 'users.*', 'functions/.*'], ttl: 300 }"}
	}
	return Result{check, OK, "the server keeps the request ids of writes", ""}
}

// usualPage is the page that this SDK asks for.
const usualPage = 1000

func (e *examination) maxLimit() Result {
	const check = "maxLimit"
	if n := e.code.Server.MaxLimit; n > 0 && n < usualPage {
		return Result{check, Warning, fmt.Sprintf("pages have at most %d rows: this SDK needs more requests, and other programs may take a page for all there is", n), fmt.Sprintf("set maxLimit to %d or more", usualPage)}
	}
	return Result{check, OK, "pages are not cut", ""}
}

func (e *examination) masterKeyIPs() Result {
	const check = "masterKeyIps"
	if e.code.Server.MasterKeyAnywhere {
		return Result{check, Warning, "the master key is taken from every address", "set masterKeyIps to the machines of administrators"}
	}
	return Result{check, OK, "the master key is taken from listed addresses alone", ""}
}

func (e *examination) classCreation() Result {
	const check = "class creation"
	if e.code.Server.ClassCreation {
		return Result{check, Wrong, "every client can make classes and add columns", "set allowClientClassCreation: false"}
	}
	return Result{check, OK, "clients make no classes", ""}
}

// live subscribes as a program would: the connection must come through all proxies.
func (e *examination) live(ctx context.Context) []Result {
	const check = "live queries"
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// The permissions of the class may want a session, which is as good an answer.
	sub, err := e.admin.AuditPlans.Query().Where(isoaudit.AuditPlanFields.AuditRef.Eq(noFile)).Subscribe(ctx)
	if err == nil {
		_ = sub.Close()
	} else if !errors.Is(err, parse.ErrObjectNotFound) && !errors.Is(err, parse.ErrForbidden) {
		return []Result{unlive(check, err)}
	}
	return []Result{{check, OK, "the server takes connections and subscriptions", ""}}
}

func unlive(check string, err error) Result {
	do := "start the server with startLiveQueryServer: true; a proxy must let WebSockets through (Upgrade and Connection headers)"
	var refused *parse.Error
	if errors.As(err, &refused) && refused.Code != 0 {
		do = "apply the schema, and list the class in the server's liveQuery.classNames"
	}
	return Result{check, Wrong, "no subscription: " + err.Error(), do}
}
