package where

import (
	"fmt"
	"time"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// The limits where a field of Limits is zero.
const (
	DefaultDepth       = 20
	DefaultConditions  = 1000
	DefaultListItems   = 10_000
	DefaultRegexLength = 1000
	DefaultRegexSize   = 100_000
)

// Limits bound what Parse accepts. The zero value means the defaults.
type Limits struct {
	Depth       int // how deep $and, $or, $nor and sub-queries nest
	Conditions  int // conditions in the whole document, sub-queries included
	ListItems   int // elements of one $in, $nin, $all, $containedBy or polygon
	RegexLength int // bytes of one pattern
	RegexSize   int // steps of all patterns together, as programs

	NoRegex bool      // refuse $regex (102)
	Now     time.Time // what $relativeTime counts from; zero: time.Now()
}

// Error says why a where document was refused or can't be evaluated.
type Error struct {
	Code    int // of Parse Server: 102, 105, 107, 111 or 121
	Message string
	Limit   Limit // that the document exceeds, if the caller has set one
}

// Limit names one of the Limits.
type Limit string

// The Limits that servers let their operators set.
const (
	LimitDepth      Limit = "Depth"
	LimitConditions Limit = "Conditions"
	LimitRegex      Limit = "NoRegex"
)

// exceeds makes an error that says which limit was met.
func (l Limit) exceeds(format string, args ...any) *Error {
	e := errorf(codeInvalidQuery, format, args...)
	e.Limit = l
	return e
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("where: %s (code %d)", e.Message, e.Code) }

// The error codes of Parse Server this package uses.
const (
	codeInvalidQuery     = wire.CodeInvalidQuery
	codeInvalidKeyName   = wire.CodeInvalidKeyName
	codeInvalidJSON      = wire.CodeInvalidJSON
	codeIncorrectType    = wire.CodeIncorrectType
	codeInvalidNestedKey = wire.CodeInvalidNestedKey
)

func errorf(code int, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func (l Limits) withDefaults() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Depth, DefaultDepth)
	def(&l.Conditions, DefaultConditions)
	def(&l.ListItems, DefaultListItems)
	def(&l.RegexLength, DefaultRegexLength)
	def(&l.RegexSize, DefaultRegexSize)
	if l.Now.IsZero() {
		l.Now = time.Now()
	}
	return l
}
