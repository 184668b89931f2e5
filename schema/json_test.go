package schema_test

import (
	stdjson "encoding/json"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/isoaudit/isoaudit-go/schema"
	"github.com/stretchr/testify/require"
)

func TestClassRoundTripsThroughBothJSONLibraries(t *testing.T) {
	for _, class := range schema.ISO9001().Classes {
		first, err := json.Marshal(class)
		require.NoError(t, err)
		for range 20 {
			again, err := json.Marshal(class)
			require.NoError(t, err)
			require.Equal(t, string(first), string(again), "the order is stable")
		}
		std, err := stdjson.Marshal(class)
		require.NoError(t, err)
		require.Equal(t, string(first), string(std))

		var back schema.Class
		require.NoError(t, json.Unmarshal(first, &back))
		require.Empty(t, schema.Diff(schema.Schema{Classes: []schema.Class{class}}, schema.Schema{Classes: []schema.Class{back}}).Changes)
	}
}

func TestIndexKeepsItsOrder(t *testing.T) {
	var x schema.Index
	require.NoError(t, json.Unmarshal([]byte(`{"z":1,"a":-1,"m":"2dsphere"}`), &x))
	require.Equal(t, schema.Index{{Field: "z"}, {Field: "a", Descending: true}, {Field: "m"}}, x)
	out, err := json.Marshal(x[:2])
	require.NoError(t, err)
	require.Equal(t, `{"z":1,"a":-1}`, string(out))
}

func TestGrantIsSpeltLikeParse(t *testing.T) {
	grant := schema.Grant{
		Public: true, RequiresAuthentication: true,
		Roles: []string{"a", "b"}, Users: []string{"u1"}, PointerFields: []string{"owner"},
	}
	const text = `{"*":true,"pointerFields":["owner"],"requiresAuthentication":true,"role:a":true,"role:b":true,"u1":true}`
	out, err := json.Marshal(grant)
	require.NoError(t, err)
	require.Equal(t, text, string(out))
	var back schema.Grant
	require.NoError(t, json.Unmarshal(out, &back))
	require.Equal(t, grant, back)

	out, err = json.Marshal(schema.Grant{})
	require.NoError(t, err)
	require.Equal(t, `{}`, string(out))
}

func TestAccessNamesOnlyWhatItGrants(t *testing.T) {
	out, err := json.Marshal(schema.Access{Read: true})
	require.NoError(t, err)
	require.Equal(t, `{"read":true}`, string(out))
}

func TestBadJSONIsRefusedByName(t *testing.T) {
	var grant schema.Grant
	require.ErrorContains(t, json.Unmarshal([]byte(`{"role:a":false}`), &grant), "role:a")
	require.ErrorContains(t, json.Unmarshal([]byte(`{"pointerFields":"owner"}`), &grant), "pointerFields")
	require.Error(t, json.Unmarshal([]byte(`true`), &grant))
	var index schema.Index
	require.ErrorContains(t, json.Unmarshal([]byte(`{"due":true}`), &index), "due")
	require.Error(t, json.Unmarshal([]byte(`["due"]`), &index))
}

func FuzzClass(f *testing.F) {
	for _, class := range schema.ISO9001().Classes {
		seed, err := json.Marshal(class)
		require.NoError(f, err)
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var class schema.Class
		if json.Unmarshal(data, &class) != nil {
			return
		}
		out, err := json.Marshal(class)
		require.NoError(t, err)
		var back schema.Class
		require.NoError(t, json.Unmarshal(out, &back))
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(out), string(again))
	})
}
