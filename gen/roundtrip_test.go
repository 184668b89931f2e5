package gen_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/gen"
	"github.com/isoaudit/isoaudit-go/schema"
)

// defaults has a column of each type that can have a default value, with one, and
// texts that are hard to write into a tag.
func defaults() schema.Class {
	fields := map[string]schema.Field{}
	for kind, value := range map[schema.Type]string{
		schema.Number: `1.5`, schema.Boolean: `false`, schema.Object: `{"a":{"b":[1,null]}}`, schema.Array: `["a,b",2]`,
		schema.Date: `{"__type":"Date","iso":"2026-11-28T12:00:00.000Z"}`, schema.GeoPoint: `{"__type":"GeoPoint","latitude":1,"longitude":2}`,
		schema.Polygon: `{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1]]}`, schema.Bytes: `{"__type":"Bytes","base64":"AQI="}`,
		schema.File: `{"__type":"File","name":"a.txt"}`, schema.Pointer: `{"__type":"Pointer","className":"_Role","objectId":"r1"}`,
	} {
		f := schema.Field{Type: kind, Required: kind != schema.Date}
		if kind == schema.Pointer {
			f.TargetClass = "_Role"
		}
		if err := json.Unmarshal([]byte(value), &f.Default); err != nil {
			panic(err)
		}
		fields["a"+string(kind)] = f
	}
	for i, text := range []string{"", "minor", "default=required,", "a `\"\\ \u2028\nb", "{}"} {
		fields[fmt.Sprint("text", i)] = schema.Field{Type: schema.String, Default: text, Required: i%2 == 0}
	}
	return schema.Class{Name: "Defaults", Fields: fields}
}

// A struct that was generated from a class declares that class: schema.ClassOf reads
// the same columns from it.
func TestGeneratedStructsDeclareTheirClasses(t *testing.T) {
	odd, iso := oddSource(), iso9001()
	odd.Schema.Classes = append(odd.Schema.Classes, defaults())
	folder := t.TempDir()
	command := []string{"run", filepath.Join(folder, "main.go")}
	var calls strings.Builder
	want := map[string]map[string]schema.Field{}
	for name, source := range map[string]gen.Source{"odd.go": odd, "iso.go": iso} {
		source.Package = "main"
		code, err := source.Go()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), code, 0o600))
		command = append(command, filepath.Join(folder, name))
		for _, class := range source.Schema.Classes {
			want[class.Name] = class.Fields
			for _, of := range []string{"objectId", "createdAt", "updatedAt", "ACL"} {
				delete(class.Fields, of) // every class has it, whatever its struct
			}
			goName := strings.NewReplacer("_User", "User", "_Role", "Role", "odd_class", "OddClass").Replace(class.Name)
			fmt.Fprintf(&calls, "schema.ClassOf[%s](%q),\n", goName, class.Name)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "main.go"), []byte(`package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/isoaudit/isoaudit-go/schema"
)

func main() {
	declared := schema.Schema{Classes: []schema.Class{
`+calls.String()+`}}
	if err := json.NewEncoder(os.Stdout).Encode(declared); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`), 0o600))

	run := exec.CommandContext(t.Context(), "go", command...)
	run.Stderr = os.Stderr
	out, err := run.Output()
	require.NoError(t, err)
	var have schema.Schema
	require.NoError(t, json.Unmarshal(out, &have))
	require.Len(t, have.Classes, len(want))
	for _, class := range have.Classes {
		require.Equal(t, want[class.Name], class.Fields, class.Name)
	}
}

func TestADefaultValueThatIsNoJSON(t *testing.T) {
	class := schema.Class{Name: "A", Fields: map[string]schema.Field{"b": {Type: schema.Object, Default: func() {}}}}
	_, err := gen.Source{Schema: schema.Schema{Classes: []schema.Class{class}}}.Go()
	require.ErrorContains(t, err, "gen: A.b: schema: the default value")
}
