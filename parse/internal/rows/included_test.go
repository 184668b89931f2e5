package rows

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type includedRow struct {
	ID    string            `json:"objectId"`
	Name  string            `json:"name"`
	Tags  map[string]string `json:"tags"`
	Notes []string          `json:"notes"`
}

// An object that is written twice is read once, but for what the two would share.
func TestReadIncludedCopiesWhatItHasRead(t *testing.T) {
	texts := 0
	plans := &Plans{Special: func(t reflect.Type) FieldReader {
		if t.Kind() != reflect.String {
			return nil
		}
		return func(s *Scanner, v reflect.Value) bool {
			texts++
			text, ok := s.Text()
			v.SetString(text)
			return ok
		}
	}}
	const object = `{"objectId":"1","tags":{"a":"b"},"name":"x","notes":["n"],"tags":{"c":"d"},"__type":"Object","className":"Site"}`
	s := NewScanner([]byte(strings.Repeat(object, 3) + strings.Replace(object, `"x"`, `"y"`, 1)))
	var rows [4]includedRow
	for i := range rows {
		require.True(t, plans.For(reflect.TypeFor[includedRow]()).ReadIncluded(s, reflect.ValueOf(&rows[i]).Elem(), "Site"))
	}
	require.True(t, s.AtEnd())
	require.Equal(t, 4, texts, "two of the first and two of the last")
	require.Equal(t, includedRow{"1", "x", map[string]string{"a": "b", "c": "d"}, []string{"n"}}, rows[0])
	require.Equal(t, rows[0], rows[1])
	require.Equal(t, "y", rows[3].Name)
	rows[1].Tags["a"], rows[1].Notes[0] = "changed", "changed"
	require.Equal(t, "b", rows[0].Tags["a"])
	require.Equal(t, rows[0], rows[2])
}

// What is remembered is no object of another type, of another class or of no class.
func TestReadIncludedTellsObjectsApart(t *testing.T) {
	type other struct {
		Name string `json:"name"`
	}
	plans := &Plans{Special: func(reflect.Type) FieldReader { return nil }}
	const object = `{"objectId":"1","name":"x","__type":"Object","className":"Site"}`
	s := NewScanner([]byte(object + object + object))
	var row includedRow
	require.True(t, plans.For(reflect.TypeFor[includedRow]()).ReadIncluded(s, reflect.ValueOf(&row).Elem(), "Site"))
	var second other
	require.True(t, plans.For(reflect.TypeFor[other]()).ReadIncluded(s, reflect.ValueOf(&second).Elem(), "Site"))
	require.Equal(t, other{"x"}, second)
	require.False(t, plans.For(reflect.TypeFor[other]()).ReadIncluded(NewScanner([]byte(object)), reflect.ValueOf(&second).Elem(), "Plant"))
	require.False(t, plans.For(reflect.TypeFor[other]()).ReadIncluded(NewScanner([]byte(`{"name":"x"}`)), reflect.ValueOf(&second).Elem(), ""))
}

// More values than a scanner remembers the places of: the object is read again.
func TestReadIncludedWithManyDeepValues(t *testing.T) {
	plans := &Plans{Special: func(reflect.Type) FieldReader { return nil }}
	object := `{"objectId":"1",` + strings.Repeat(`"notes":["a","b"],`, len(deepValues{}.values)+1) + `"__type":"Object","className":"Site"}`
	s := NewScanner([]byte(object + object))
	var rows [2]includedRow
	for i := range rows {
		require.True(t, plans.For(reflect.TypeFor[includedRow]()).ReadIncluded(s, reflect.ValueOf(&rows[i]).Elem(), "Site"))
	}
	rows[1].Notes[0] = "changed"
	require.Equal(t, "a", rows[0].Notes[0])
}
