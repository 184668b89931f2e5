package auditserver_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

func TestOpenRefusesBadConfig(t *testing.T) {
	for want, cfg := range map[string]auditserver.Config{
		"AppID":                {},
		"Idempotency.Paths[0]": {AppID: "a", Idempotency: auditserver.Idempotency{Paths: []string{"("}}},
		"LiveQueryClasses[1]":  {AppID: "a", LiveQueryClasses: []string{"A", "["}},
		"FileUpload.Extension": {AppID: "a", FileUpload: auditserver.FileUpload{Extensions: []string{"("}}},
		"leave it out":         {AppID: "a", Path: ":memory:"},
		"MountPath":            {AppID: "a", MountPath: "/a b?c"},
		"PublicURL":            {AppID: "a", PublicURL: "audits.example/parse"},
		"FilesDir":             {AppID: "a", FilesDir: "/nonexistent/folder"},
	} {
		_, err := auditserver.Open(context.Background(), cfg)
		require.ErrorContains(t, err, want)
	}
}
