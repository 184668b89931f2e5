package auditserver

import (
	"net/http"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/metrics"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ratelimit"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// budgets are what all requests share (Config.Limits).
type budgets struct {
	bodies  *budget.Pool // of requests whose headers show a key
	keyless *budget.Pool // of the others, which may have their keys in the body
	answers *budget.Pool
	hashing *budget.Line
	queries *budget.Line // that last long
	uploads *ratelimit.Limiter
	large   *budget.Line // of requests with a large body

	backlogs *budget.Pool // of live query connections
}

// freeBytes of a body and of an answer are not counted: they are few, and the number
// of connections bounds them. So the small requests of honest clients go on when
// large ones have used a budget up.
const freeBytes = 32 << 10

func newBudgets(l *Limits) budgets {
	keyless := l.shared("Bodies")
	keyless.Value = max(keyless.Value/4, l.BodySize)
	return budgets{
		bodies:   budget.NewPool(l.shared("Bodies")),
		keyless:  budget.NewPool(keyless),
		answers:  budget.NewPool(l.shared("Answers")),
		queries:  budget.NewLine(l.LongQueries, l.shared("LongQueries")),
		backlogs: budget.NewPool(l.shared("LiveBacklogs")),
		uploads:  ratelimit.New(l.UploadsADay, quotaWindow),
		hashing:  budget.NewLine(l.Hashings, l.shared("HashingsWait")),
		large:    newTurns(l),
	}
}

// measure adds what is taken of each budget and how often it was used up.
func (b *budgets) measure(t *metrics.Text) {
	list := []struct {
		name   string
		budget interface {
			Limit() budget.Limit
			Used() int64
			Refused() int64
		}
	}{
		{"bodies", b.bodies}, {"keylessBodies", b.keyless}, {"answers", b.answers}, {"liveBacklogs", b.backlogs},
		{"hashings", b.hashing}, {"longQueries", b.queries}, {"largeBodies", b.large},
	}
	for _, family := range []struct {
		name, kind, help string
		value            func(i int) int64
	}{
		{"auditserver_budget_limit", "gauge", "Bounds of what requests share: bytes, or requests.", func(i int) int64 { return list[i].budget.Limit().Value }},
		{"auditserver_budget_used", "gauge", "What requests have of that now; of hashings, long queries and large bodies with those whose turn it is.", func(i int) int64 { return list[i].budget.Used() }},
		{"auditserver_budget_refused_total", "counter", "Times that a budget had not enough.", func(i int) int64 { return list[i].budget.Refused() }},
	} {
		t.Family(family.name, family.kind, family.help)
		for i, each := range list {
			t.Value(family.name, float64(family.value(i)), metrics.Label{Name: "budget", Value: each.name})
		}
	}
}

// queryBounds are what the store needs to know of the limits.
func (s *Server) queryBounds() store.Bounds {
	l := &s.cfg.Limits
	return store.Bounds{
		Time:    l.QueryTime,
		Work:    l.QueryWork,
		Long:    s.budgets.queries.Try,
		TimeUp:  fault.NewBusy(http.StatusServiceUnavailable, l.QueryTime, "the query lasted longer than %v (option %s): use conditions on indexed fields, or fewer of them", l.QueryTime, l.option("QueryTime")),
		TooLong: l.shared("LongQueries").Exceeded(),
		TooMuch: fault.New(wire.CodeInvalidQuery, "the conditions of the query look at more than %d values (option %s): a regular expression counts ten for each object", l.QueryWork, l.option("QueryWork")),
	}
}
