package promptschema

import (
	"fmt"
	"strings"
)

// Report says what a conversion could not carry over. With it the conversion back gives
// the records as they were: nothing is lost that it does not hold.
type Report struct {
	// Lost are the values that the records held and the other contract has no place for.
	Lost []Value
	// Assumed are the values that the other contract needs and the records did not
	// hold, as they were filled in.
	Assumed []Value
	// Unheld are the objects for which the four classes have none at all. Each is one
	// of Lost, too, without a column.
	Unheld SixRecords
}

// Value is one value of one object.
type Value struct {
	Class, ObjectID string
	Column          string // "": the whole object
	Value           string // text, the id of a pointer, or the reference of a whole object
	Why             string
}

// String counts the values by class, column and reason, in the order of their first ones.
func (r Report) String() string {
	var b strings.Builder
	count(&b, "not held", r.Lost)
	count(&b, "assumed", r.Assumed)
	if b.Len() == 0 {
		return "nothing is lost and nothing assumed\n"
	}
	return b.String()
}

func count(b *strings.Builder, what string, values []Value) {
	var order []string
	counts := map[string]int{}
	for _, v := range values {
		name := v.Class
		if v.Column != "" {
			name += "." + v.Column
		}
		line := fmt.Sprintf("%s: %s", name, v.Why)
		if counts[line] == 0 {
			order = append(order, line)
		}
		counts[line]++
	}
	for _, line := range order {
		fmt.Fprintf(b, "%s %d times: %s\n", what, counts[line], line)
	}
}

// conversion is one conversion while it is made.
type conversion struct {
	report Report

	held    map[place]string // what the report of the conversion before has
	assumed map[place]string
}

// place is where a value stands.
type place struct{ class, id, column string }

func newConversion(kept Report) *conversion {
	c := &conversion{held: map[place]string{}, assumed: map[place]string{}}
	for _, v := range kept.Lost {
		c.held[place{v.Class, v.ObjectID, v.Column}] = v.Value
	}
	for _, v := range kept.Assumed {
		c.assumed[place{v.Class, v.ObjectID, v.Column}] = v.Value
	}
	return c
}

const noColumn = "the other contract has no such column"

// loses notes a value that is not carried over; an empty one is none.
func (c *conversion) loses(class, id, column, value, why string) {
	if value != "" {
		c.report.Lost = append(c.report.Lost, Value{class, id, column, value, why})
	}
}

// needs gives the value that was lost by the conversion before, or else assumes one.
func (c *conversion) needs(class, id, column, otherwise, why string) string {
	if value, ok := c.held[place{class, id, column}]; ok {
		return value
	}
	return c.assumes(class, id, column, otherwise, why)
}

func (c *conversion) assumes(class, id, column, value, why string) string {
	c.report.Assumed = append(c.report.Assumed, Value{class, id, column, value, why})
	return value
}

// wants gives the value that was lost by the conversion before, or else none.
func (c *conversion) wants(class, id, column string) string { return c.held[place{class, id, column}] }

// unlessAssumed gives a value, or "" where the conversion before only assumed it.
func (c *conversion) unlessAssumed(class, id, column, value string) string {
	if assumed, ok := c.assumed[place{class, id, column}]; ok && assumed == value {
		return ""
	}
	return value
}
