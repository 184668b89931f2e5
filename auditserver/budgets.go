package auditserver

import (
	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
)

// budgets are what all requests share (Config.Limits).
type budgets struct {
	bodies  *budget.Pool // of requests whose headers show a key
	keyless *budget.Pool // of the others, which may have their keys in the body
	answers *budget.Pool
	hashing *budget.Line
}

// freeBytes of a body and of an answer are not counted: they are few, and the number
// of connections bounds them. So the small requests of honest clients go on when
// large ones have used a budget up.
const freeBytes = 32 << 10

func newBudgets(l *Limits) budgets {
	keyless := l.shared("Bodies")
	keyless.Value = max(keyless.Value/4, l.BodySize)
	return budgets{
		bodies:  budget.NewPool(l.shared("Bodies")),
		keyless: budget.NewPool(keyless),
		answers: budget.NewPool(l.shared("Answers")),
		hashing: budget.NewLine(l.Hashings, l.shared("HashingsWait")),
	}
}
