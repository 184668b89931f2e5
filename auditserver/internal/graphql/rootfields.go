package graphql

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// rootFields registers the queries and mutations that belong to no class.
func (s *Schema) rootFields(b *sdl, functions []string) {
	for _, q := range []struct {
		declaration string
		resolve     resolver
	}{
		{"health: Boolean!", func(*execution, *ast.Field, []ast.SelectionSet) (any, error) { return true, nil }},
		{"node(id: ID!): Node", node},
		{"viewer: Viewer!", viewer},
		{"class(name: String!): Class!", describedClass},
		{"classes: [Class!]!", describedClasses},
		{"cloudConfig(paramName: String!): ConfigValue!", cloudConfig},
	} {
		b.queries = append(b.queries, q.declaration)
		s.queries[fieldName.FindString(q.declaration)] = q.resolve
	}
	s.queries["__schema"], s.queries["__type"] = introspectSchema, introspectType

	all := []struct {
		name, input, output string
		resolve             func(*execution, *mutation) (any, error)
	}{
		{"signUp", "fields: CreateUserFieldsInput", "viewer: Viewer!", signUp},
		{"logIn", "username: String! password: String! authData: Object", "viewer: Viewer!", logIn},
		{"logInWith", "authData: Object! fields: UserLoginWithInput", "viewer: Viewer!", logInWith},
		{"logOut", "", "ok: Boolean!", done("logout")},
		{"resetPassword", "email: String!", "ok: Boolean!", done("requestPasswordReset", "email")},
		{"sendVerificationEmail", "email: String!", "ok: Boolean!", done("verificationEmailRequest", "email")},
		{"confirmResetPassword", "username: String! password: String! token: String!", "ok: Boolean!", confirmResetPassword},
		{"challenge", "username: String password: String authData: Object challengeData: Object", "challengeData: Object", challenge},
		{"createFile", "upload: Upload!", "fileInfo: FileInfo!", createFile},
		{"createClass", "name: String! schemaFields: SchemaFieldsInput", "class: Class!", createClass},
		{"updateClass", "name: String! schemaFields: SchemaFieldsInput", "class: Class!", updateClass},
		{"deleteClass", "name: String!", "class: Class!", deleteClass},
		{"updateCloudConfig", "paramName: String! value: String! isMasterKeyOnly: Boolean = false", "cloudConfig: ConfigValue!", updateCloudConfig},
		{"callCloudCode", "functionName: CloudCodeFunction! params: Object", "result: Any", callFunction},
	}
	for _, m := range all {
		if m.name == "callCloudCode" {
			names := functionNames(functions)
			if len(names) == 0 {
				continue
			}
			b.linef("enum CloudCodeFunction { %s }", strings.Join(names, " "))
		}
		b.mutation(m.name, m.input, m.output)
		s.mutation(m.name, m.resolve, fieldName.FindString(m.output))
	}
}

var fieldName = regexp.MustCompile(`^\w+`)

// functionNames are those of the functions that GraphQL can name.
func functionNames(functions []string) []string {
	var names []string
	for _, name := range functions {
		if graphQLName.MatchString(name) {
			names = append(names, name)
		}
	}
	return names
}

var graphQLName = regexp.MustCompile(`^[_a-zA-Z]\w*$`)

// done is a mutation of which only is told that it is done. params are the inputs that
// the call has as parameters.
func done(route string, params ...string) func(*execution, *mutation) (any, error) {
	return func(x *execution, m *mutation) (any, error) {
		given := map[string]any{}
		for _, name := range params {
			given[name] = m.input[name]
		}
		_, err := x.do(document.Call{Method: http.MethodPost, Path: []string{route}, Params: given})
		return true, err
	}
}

func confirmResetPassword(x *execution, m *mutation) (any, error) {
	token, _ := m.input["token"].(string)
	password, _ := m.input["password"].(string)
	if password == "" {
		return nil, fault.New(wire.CodePasswordMissing, "you must provide a password")
	}
	return true, x.server.ResetPassword(x.ctx, token, password)
}

// challenge is for authentication services that ask back, of which this server has none.
func challenge(*execution, *mutation) (any, error) {
	return nil, fault.New(wire.CodeOther, "Nothing to challenge.")
}

func createFile(x *execution, m *mutation) (any, error) {
	upload, ok := m.input["upload"].(document.Upload)
	if !ok {
		return nil, fault.New(wire.CodeFileSave, "Upload value invalid: send the file as multipart/form-data, with operations and map")
	}
	raw, err := x.do(document.Call{Method: http.MethodPost, Path: []string{"files", upload.Name}, File: &upload})
	if err != nil {
		return nil, err
	}
	return recordOf("FileInfo", raw, "name", "url")
}

func callFunction(x *execution, m *mutation) (any, error) {
	name, _ := m.input["functionName"].(string)
	params, _ := m.input["params"].(map[string]any)
	raw, err := x.do(document.Call{Method: http.MethodPost, Path: []string{"functions", name}, Params: params})
	if err != nil {
		return nil, err
	}
	answer, err := rawjson.Split(raw)
	if err != nil {
		return nil, err
	}
	if result, ok := answer.Get("result"); ok && result.Kind() != 'n' {
		return result, nil
	}
	return nil, nil
}

// masterOnly refuses what only the master key may.
func (x *execution) masterOnly() error {
	if x.request.Master {
		return nil
	}
	return fault.ErrPermission
}

func cloudConfig(x *execution, f *ast.Field, _ []ast.SelectionSet) (any, error) {
	if err := x.masterOnly(); err != nil {
		return nil, err
	}
	raw, err := x.do(document.Call{Method: http.MethodGet, Path: []string{"config"}})
	if err != nil {
		return nil, err
	}
	var config struct{ params, masterKeyOnly jsontext.Value }
	for name, v := range rawjson.Members(raw) {
		switch name {
		case "params":
			config.params = v
		case "masterKeyOnly":
			config.masterKeyOnly = v
		}
	}
	name, _ := x.args[f]["paramName"].(string)
	fields := map[string]any{}
	for member, from := range map[string]jsontext.Value{"value": config.params, "isMasterKeyOnly": config.masterKeyOnly} {
		if len(from) == 0 {
			continue
		}
		for each, v := range rawjson.Members(from) {
			if each == name && v.Kind() != 'n' {
				fields[member] = v
			}
		}
	}
	return record{"ConfigValue", fields}, nil
}

func updateCloudConfig(x *execution, m *mutation) (any, error) {
	if err := x.masterOnly(); err != nil {
		return nil, err
	}
	name := fmt.Sprint(m.input["paramName"])
	_, err := x.do(document.Call{Method: http.MethodPut, Path: []string{"config"}, Params: map[string]any{
		"params": map[string]any{name: m.input["value"]}, "masterKeyOnly": map[string]any{name: m.input["isMasterKeyOnly"]},
	}})
	return record{"ConfigValue", map[string]any{"value": m.input["value"], "isMasterKeyOnly": m.input["isMasterKeyOnly"]}}, err
}
