package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/quality"
)

// A chart has room for the name of every clause.
func TestChartLabelsAreWhole(t *testing.T) {
	clauses, err := quality.ClausesOf(quality.Edition2015)
	require.NoError(t, err)
	var groups quality.Groups
	for _, clause := range clauses.All() {
		groups.Groups = append(groups.Groups, quality.Group{Key: clause.String(), Name: clauses.Name(clause)})
	}
	chart := groupChart("Nonconformities by clause", groups)
	require.NotEmpty(t, chart.Bars)
	for i, bar := range chart.Bars {
		require.Equal(t, groups.Groups[i].Key+" "+groups.Groups[i].Name, bar.Label)
	}
}
