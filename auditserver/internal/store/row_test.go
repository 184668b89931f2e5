package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/schema"
)

func TestRowACL(t *testing.T) {
	for _, want := range []map[string]schema.Access{
		{},
		{"*": {Read: true}},
		{"role:lead auditor": {Read: true, Write: true}, "u1": {Write: true}, "": {Read: true}},
		{`role:"a\b"`: {Read: true}, "role:é\u2028": {Write: true}, `role:{"write":true},`: {Read: true}},
	} {
		doc := append(appendACL([]byte(`{"objectId":"x","ACL":`), want), `,"n":1}`...)
		require.Equal(t, want, Row{doc: doc}.ACL(), "%s", doc)
	}
	require.Nil(t, Row{doc: []byte(`{"objectId":"x"}`)}.ACL())
}
