package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDoctor(t *testing.T) {
	c := newCLI(t)
	status, out, errs := c.run("doctor", "-url", c.url)
	require.Equal(t, statusDrift, status, "there are no classes yet")
	require.Contains(t, out, "wrong    classes: to do: ")
	require.Contains(t, errs, "something is wrong with the server")
	status, _, errs = c.run("schema", "apply", "-url", c.url)
	require.Equal(t, 0, status, errs)
	status, out, errs = c.run("doctor", "-url", c.url)
	require.Equal(t, 0, status, errs)
	require.Contains(t, out, "ok       classes: as wanted\n")
	require.Contains(t, out, "warning  roles: ")
	require.Contains(t, out, "\n         -> ", "what to do stands below")

	c.env = nil
	status, out, _ = c.run("doctor", "-url", c.url)
	require.Equal(t, statusDrift, status)
	require.Contains(t, out, "wrong    application id: there is none")

	for _, args := range [][]string{{"doctor"}, {"doctor", "-url", c.url, "extra"}, {"doctor", "-url", c.url, "-contract", "nine"}} {
		status, _, errs := c.run(args...)
		require.Equal(t, statusUsage, status)
		require.NotEmpty(t, errs)
	}
}
