package graphql

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/document"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
)

// viewer is the user who asks.
func viewer(x *execution, _ *ast.Field, sets []ast.SelectionSet) (any, error) {
	if x.request.UserID == "" {
		return nil, fault.ErrSession
	}
	return x.viewer(x.request.UserID, x.request.Token, "", sets)
}

// viewer reads a user, as the one whose session as is; "": as the one who asks.
func (x *execution) viewer(id, token, as string, sets []ast.SelectionSet) (any, error) {
	fields := map[string]any{"sessionToken": token}
	if below, asked := x.under("Viewer", sets, "user"); asked {
		users := x.schema.classes["_User"]
		params := x.columnsOf(users, below).params()
		params["where"] = map[string]any{"objectId": id}
		raw, err := x.do(document.Call{Method: http.MethodGet, Path: classPath(users), Params: params, Token: as})
		if err != nil {
			return nil, err
		}
		answer, err := rawjson.Split(raw)
		if err != nil {
			return nil, err
		}
		results, _ := answer.Get("results")
		for each := range rawjson.Elements(results) {
			if fields["user"], err = newRow(users, each); err != nil {
				return nil, err
			}
		}
		if fields["user"] == nil {
			return nil, fault.ErrSession
		}
	}
	return record{"Viewer", fields}, nil
}

// entered is the viewer of a session that a call has opened.
func (x *execution) entered(m *mutation, raw jsontext.Value) (any, error) {
	answer, err := rawjson.Split(raw)
	if err != nil {
		return nil, err
	}
	token := answer.Text("sessionToken")
	if token == "" { // who signs up may have to verify the address first
		return nil, fault.ErrSession
	}
	sets, _ := x.under(m.payload, m.sets, "viewer")
	return x.viewer(answer.Text("objectId"), token, token, sets)
}

func logIn(x *execution, m *mutation) (any, error) {
	params := map[string]any{"username": m.input["username"], "password": m.input["password"]}
	if authData := m.input["authData"]; authData != nil {
		params["authData"] = authData
	}
	raw, err := x.do(document.Call{Method: http.MethodPost, Path: []string{"login"}, Params: params})
	if err != nil {
		return nil, err
	}
	return x.entered(m, raw)
}

func signUp(x *execution, m *mutation) (any, error) {
	fields, _ := m.input["fields"].(map[string]any)
	return x.signUp(m, fields, nil)
}

// logInWith signs up or logs in the user of another provider.
func logInWith(x *execution, m *mutation) (any, error) {
	fields, _ := m.input["fields"].(map[string]any)
	return x.signUp(m, fields, m.input["authData"])
}

func (x *execution) signUp(m *mutation, fields map[string]any, authData any) (any, error) {
	users := x.schema.classes["_User"]
	fields, err := x.beforehand(users, fields)
	if err != nil {
		return nil, err
	}
	body, err := x.body(x.server, users, fields)
	if err != nil {
		return nil, err
	}
	if authData != nil {
		body["authData"] = authData
	}
	raw, err := x.do(document.Call{Method: http.MethodPost, Path: []string{"users"}, Params: body})
	if err != nil {
		return nil, err
	}
	return x.entered(m, raw)
}
