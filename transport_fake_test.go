package isoaudit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/scripted"
	"github.com/isoaudit/isoaudit-go/parse"
)

const (
	serverURL = "https://parse.example/mount"
	masterKey = "the-master-key-9"
)

// clientOn makes a client whose requests meet these steps, each once.
func clientOn(t *testing.T, steps ...scripted.Step) (*isoaudit.Client, *scripted.Transport) {
	t.Helper()
	s := &scripted.Transport{Test: t, Steps: steps}
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(s))
	require.NoError(t, err)
	return client, s
}

// adminOn is clientOn with the master key.
func adminOn(t *testing.T, steps ...scripted.Step) (*isoaudit.Admin, *scripted.Transport) {
	t.Helper()
	s := &scripted.Transport{Test: t, Steps: steps}
	admin, err := isoaudit.NewAdmin(serverURL, masterKey, parse.WithApplicationID("app"), parse.WithTransport(s))
	require.NoError(t, err)
	return admin, s
}
