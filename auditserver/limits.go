package auditserver

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/budget"
)

// Limits bound what one request may cost, and what all of them may cost together.
// Zero means the default, a negative number means no limit. The defaults are made for a
// server on 2 cores and 1 GiB; docs/limits.md lists them with their errors.
type Limits struct {
	BodySize      int64 // bytes of a request body and of a file; default 20 MiB
	HeaderSize    int   // bytes of headers and URL, for Serve; default 16 KiB
	Depth         int   // nesting of a JSON body; default 64
	Values        int   // values in a JSON body, at all depths; default 100,000
	Fields        int   // fields of an object that is saved; default 2,000
	ObjectSize    int   // bytes of an object that is saved, without the master key; default 16 MiB
	UserColumns   int   // columns of _User up to which clients without the master key add more; default 50
	Relations     int   // relations of a class up to which clients without the master key add more; default 50
	PageSize      int   // maxLimit: larger limits are cut silently; default none
	DefaultSize   int   // defaultLimit: rows of a find that names no limit; default 100
	Batch         int   // requests of a batch; default 1000
	BatchLogIns   int   // log-ins, sign-ups and new passwords of a batch, without the master key; default 5
	Conditions    int   // conditions of a query; default 1000
	QueryDepth    int   // nesting of $or, $and, $nor; default 32
	SubqueryDepth int   // nesting of $inQuery and $select; default 8
	IncludeDepth  int   // length of an include path; default 16
	IncludePaths  int   // include paths of a query; default 100
	GraphQLDepth  int   // nesting of the fields of a GraphQL document, without the master key; default 32
	GraphQLFields int   // fields of a GraphQL document, without the master key; default 1000
	AnswerSize    int   // bytes of an answer with its included objects; default 32 MiB
	NoRegex       bool  // clients without the master key may not use $regex

	QueryWork    int           // values that the conditions of one query look at outside the database; long texts count more; default 5 million
	QueryTime    time.Duration // for one query; default 5 s
	LongQueries  int           // queries that keep a connection longer than a quarter of a second while others wait, at a time; default 2
	UploadsADay  int64         // bytes of files that one user uploads in a day, without the master key; default 1 GiB
	Hashings     int           // passwords that are hashed at a time; default half of the processors
	HashingsWait int           // log-ins and sign-ups that wait for that; default 50

	Bodies      int64 // bytes of all request bodies that are held at a time; default 64 MiB, or twice BodySize
	Answers     int64 // bytes of all answers that are made or sent at a time; default 128 MiB, or twice AnswerSize
	Connections int   // open connections, for Serve; default 1,000. A new one takes the place of one that is idle
	Memory      int64 // bytes, for the program cmd/auditserver, which gives it to the garbage collector; default 800 MiB

	LiveConnections   int   // of live queries; default 500
	LiveFrame         int   // bytes of a frame from a client that has connected; default 1 MiB
	LiveSubscriptions int   // of one connection; default 500
	LiveConditions    int   // of all subscriptions of one user, a regular expression counts ten; default 5,000
	LiveWork          int   // values that they look at in a second; default 200,000
	LiveBacklog       int   // bytes that wait for one connection; a slower one is cut; default 16 MiB
	LiveBacklogs      int64 // bytes that wait for all of them; default 64 MiB, or twice LiveBacklog
}

// limit describes one of the Limits. What stands in it is said nowhere else: the
// defaults, the options, the errors and docs/limits.md come from it.
type limit struct {
	field  string // of Limits
	option string // of a configuration file
	value  number
	def    int64
	what   string // is bounded, as an error says it
	answer string // to a request beyond it
}

const (
	busyAnswer    = "503, code 100, Retry-After"
	queryAnswer   = "400, code 102"
	bodyAnswer    = "400, code 107"
	graphQLAnswer = "400, GRAPHQL_VALIDATION_FAILED"
	silentAnswer  = "none: it is cut silently"
	cutAnswer     = "the connection is cut, with the reason"
)

// all gives every limit.
func (l *Limits) all() []limit {
	return []limit{
		{"BodySize", "maxUploadSize", size64{&l.BodySize}, 20 << 20, "bytes of a request body or a file", "413"},
		{"HeaderSize", "limits.headerSize", count{&l.HeaderSize}, 16 << 10, "bytes of headers and URL", "431, from net/http: without a text"},
		{"Depth", "limits.depth", count{&l.Depth}, 64, "levels of a JSON body", bodyAnswer},
		{"Values", "limits.values", count{&l.Values}, 100_000, "values of a JSON body", bodyAnswer},
		{"Fields", "limits.fields", count{&l.Fields}, 2000, "fields of an object", bodyAnswer},
		{"ObjectSize", "limits.objectSize", count{&l.ObjectSize}, 16 << 20, "bytes of an object", "400, code 116"},
		{"UserColumns", "limits.userColumns", count{&l.UserColumns}, 50, "columns of users that clients add", "400, code 119"},
		{"Relations", "limits.relations", count{&l.Relations}, 50, "relations of a class that clients add", "400, code 119"},
		{"PageSize", "maxLimit", count{&l.PageSize}, -1, "rows of a find", silentAnswer},
		{"DefaultSize", "defaultLimit", count{&l.DefaultSize}, 100, "rows of a find that names no limit", silentAnswer},
		{"Batch", "requestComplexity.batchRequestLimit", count{&l.Batch}, 1000, "requests of a batch", bodyAnswer},
		{"BatchLogIns", "limits.batchLogIns", count{&l.BatchLogIns}, 5, "log-ins, sign-ups and new passwords of a batch", bodyAnswer},
		{"Conditions", "limits.conditions", count{&l.Conditions}, 1000, "conditions of a query", queryAnswer},
		{"QueryDepth", "requestComplexity.queryDepth", count{&l.QueryDepth}, 32, "levels of $or, $and and $nor", queryAnswer},
		{"SubqueryDepth", "requestComplexity.subqueryDepth", count{&l.SubqueryDepth}, 8, "levels of sub-queries", queryAnswer},
		{"IncludeDepth", "requestComplexity.includeDepth", count{&l.IncludeDepth}, 16, "parts of an include path", queryAnswer},
		{"IncludePaths", "requestComplexity.includeCount", count{&l.IncludePaths}, 100, "include paths", queryAnswer},
		{"GraphQLDepth", "requestComplexity.graphQLDepth", count{&l.GraphQLDepth}, 32, "levels of a GraphQL document", graphQLAnswer},
		{"GraphQLFields", "requestComplexity.graphQLFields", count{&l.GraphQLFields}, 1000, "fields of a GraphQL document", graphQLAnswer},
		{"AnswerSize", "limits.answerSize", count{&l.AnswerSize}, 32 << 20, "bytes of an answer", queryAnswer},
		{"QueryWork", "limits.queryWork", count{&l.QueryWork}, 5_000_000, "values that a query looks at", queryAnswer},
		{"QueryTime", "limits.queryTime", span64{&l.QueryTime}, int64(5 * time.Second), "for a query", busyAnswer},
		{"LongQueries", "limits.longQueries", count{&l.LongQueries}, 2, "long queries at a time", busyAnswer},
		{"UploadsADay", "limits.uploadsADay", size64{&l.UploadsADay}, 1 << 30, "bytes of uploads by one user in a day", "429, code 100, Retry-After"},
		{"Hashings", "limits.hashings", count{&l.Hashings}, int64(max(1, runtime.NumCPU()/2)), "passwords hashed at a time", "none: they wait"},
		{"HashingsWait", "limits.hashingsWait", count{&l.HashingsWait}, 50, "log-ins and sign-ups that wait", busyAnswer},
		{"Bodies", "limits.bodies", size64{&l.Bodies}, max(64<<20, 2*l.BodySize), "bytes of request bodies at a time", busyAnswer},
		{"Answers", "limits.answers", size64{&l.Answers}, max(128<<20, 2*int64(l.AnswerSize)), "bytes of answers at a time", busyAnswer},
		{"Connections", "limits.connections", count{&l.Connections}, 1000, "connections", "503, Retry-After"},
		{"Memory", "limits.memory", size64{&l.Memory}, 800 << 20, "bytes of memory", "none: memory is collected more often"},
		{"LiveConnections", "limits.liveConnections", count{&l.LiveConnections}, 500, "live query connections", "503, Retry-After"},
		{"LiveFrame", "limits.liveFrame", count{&l.LiveFrame}, 1 << 20, "bytes of a frame", cutAnswer},
		{"LiveSubscriptions", "limits.liveSubscriptions", count{&l.LiveSubscriptions}, 500, "subscriptions of a connection", queryAnswer},
		{"LiveConditions", "limits.liveConditions", count{&l.LiveConditions}, 5000, "conditions of all subscriptions of a user", queryAnswer},
		{"LiveWork", "limits.liveWork", count{&l.LiveWork}, 200_000, "values that the subscriptions of a user look at in a second", "the subscription ends with code 100"},
		{"LiveBacklog", "limits.liveBacklog", count{&l.LiveBacklog}, 16 << 20, "bytes that wait for a live query connection", cutAnswer},
		{"LiveBacklogs", "limits.liveBacklogs", size64{&l.LiveBacklogs}, max(64<<20, 2*int64(l.LiveBacklog)), "bytes that wait for live query connections", cutAnswer},
	}
}

// fill gives the limits that are not set their defaults, and says which settings
// are impossible, all of them.
func (l *Limits) fill() error {
	for i := range l.all() {
		// The defaults of the later ones follow from the earlier ones.
		if each := l.all()[i]; each.value.get() == 0 {
			each.value.set(each.def)
		}
	}
	var errs []error
	for _, each := range l.all() {
		switch n := each.value.get(); {
		case n < 0 && (each.field == "DefaultSize" || each.field == "BodySize"):
			errs = append(errs, fmt.Errorf("auditserver: Config.Limits.%s (%s) is %d: want a whole number from 1", each.field, each.option, n))
		case n < 0:
			each.value.set(math.MaxInt64)
		}
	}
	for _, pair := range []struct {
		one, all int64
		names    string
	}{
		{l.BodySize, l.Bodies, "Bodies (limits.bodies) %d is less than BodySize (maxUploadSize) %d, which one body may have"},
		{int64(l.AnswerSize), l.Answers, "Answers (limits.answers) %d is less than AnswerSize (limits.answerSize) %d, which one answer may have"},
		{int64(l.LiveBacklog), l.LiveBacklogs, "LiveBacklogs (limits.liveBacklogs) %d is less than LiveBacklog (limits.liveBacklog) %d, which one connection may have"},
	} {
		if pair.one > pair.all {
			errs = append(errs, fmt.Errorf("auditserver: Config.Limits."+pair.names, pair.all, pair.one))
		}
	}
	return errors.Join(errs...)
}

// shared is the bound that a limit sets for all requests together.
func (l *Limits) shared(field string) budget.Limit {
	for _, each := range l.all() {
		if each.field == field {
			return budget.Limit{Value: each.value.get(), What: each.what, Option: each.option}
		}
	}
	return budget.Limit{Value: math.MaxInt64, What: field} // a test asks for all that are used
}

// option is the option of a configuration file that sets a field.
func (l *Limits) option(field string) string { return l.shared(field).Option }

// limitOptions are the options of a configuration file that are not Parse Server's own.
func limitOptions(l *Limits) map[string]option {
	options := map[string]option{}
	for _, each := range l.all() {
		if name, ours := strings.CutPrefix(each.option, "limits."); ours {
			options[name] = each.value.option()
		}
	}
	return options
}

// number is a field of Limits.
type number interface {
	get() int64
	set(n int64)
	option() option
}

type count struct{ field *int }

func (c count) get() int64     { return int64(*c.field) }
func (c count) set(n int64)    { *c.field = int(min(n, 1<<30)) }
func (c count) option() option { return positive(c.field) }

type size64 struct{ field *int64 }

func (s size64) get() int64     { return *s.field }
func (s size64) set(n int64)    { *s.field = n }
func (s size64) option() option { return size(s.field) }

type span64 struct{ field *time.Duration }

func (s span64) get() int64     { return int64(*s.field) }
func (s span64) set(n int64)    { *s.field = time.Duration(n) }
func (s span64) option() option { return seconds(s.field) }
