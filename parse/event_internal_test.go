package parse

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

func TestChangedComparesValuesNotSpelling(t *testing.T) {
	e := Event[AuditPlan]{
		before: jsontext.Value(`{"className":"AuditPlan","a":1,"gone":true,"o":{"x":1,"y":2}}`),
		after:  jsontext.Value(`{"a":2,"new":"x","o":{"y":2,"x":1.0}}`),
	}
	require.Equal(t, []string{"a", "gone", "new"}, e.Changed())
	require.Nil(t, Event[AuditPlan]{after: jsontext.Value(`{}`)}.Changed())
}
