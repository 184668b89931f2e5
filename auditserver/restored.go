package auditserver

import (
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// restored are the times of an object that the maintenance key brings back: a new
// object with a createdAt of its own. The zero value is any other write.
//
// As on Parse Server updatedAt is createdAt unless it is given. The object was checked
// and recorded when it was first made, so no rule checks it and it is no event of the
// audit trail, whose own events come back the same way.
type restored struct{ created, updated time.Time }

func (r restored) isZero() bool { return r.created.IsZero() }

// restoredTimes reads the times out of the fields of a request.
func restoredTimes(fields map[string]any) (times restored) {
	var given bool
	if times.created, given = givenTime(fields["createdAt"]); !given {
		return restored{}
	}
	if times.updated, given = givenTime(fields["updatedAt"]); !given {
		times.updated = times.created
	}
	return times
}

func (r restored) check() error {
	if r.updated.Before(r.created) {
		return fault.New(wire.CodeValidation, "updatedAt cannot occur before createdAt")
	}
	return nil
}

func givenTime(value any) (time.Time, bool) {
	date, _ := value.(map[string]any)
	if date["__type"] != "Date" {
		return time.Time{}, false
	}
	iso, _ := date["iso"].(string)
	return where.ParseDate(iso)
}

// restoring gives the times of the object that the request restores.
func (req *request) restoring() restored {
	if req.decoded == nil {
		return restored{}
	}
	return req.decoded.times
}
