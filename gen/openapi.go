package gen

import (
	"cmp"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/schema"
)

// object is a JSON object of the document.
type object = map[string]any

// OpenAPI gives the source as an OpenAPI 3.1 document in JSON: the REST calls of each
// class, users and sessions, files and Cloud functions, as a Parse Server answers them
// (protocol section 1 and those after it). Its server is to be set by whoever uses it.
func (s Source) OpenAPI() ([]byte, error) {
	classes, err := s.classes()
	if err != nil {
		return nil, err
	}
	paths := object{
		"/login":            object{"post": logIn()},
		"/logout":           object{"post": operation("logOut", "End the session", nil, nil, object{"type": "object"})},
		"/functions/{name}": object{"parameters": []any{inPath("name", "of the Cloud function")}, "post": operation("callFunction", "Call a Cloud function", object{"type": "object"}, nil, object{"type": "object", "properties": object{"result": object{}}})},
		"/files/{name}":     object{"parameters": []any{inPath("name", "of the file, with its extension")}, "post": upload()},
	}
	schemas := sharedSchemas()
	for _, c := range classes {
		schemas[c.goName] = rowSchema(c)
		schemas[c.goName+"Write"] = writeSchema(c)
		addClass(paths, c)
	}
	document := object{
		"openapi":    "3.1.0",
		"info":       object{"title": cmp.Or(s.Title, "Parse Server"), "version": "1", "description": "Written by isoaudit gen. Values of all classes are in Parse's JSON."},
		"servers":    []any{object{"url": "{server}", "variables": object{"server": object{"default": "http://127.0.0.1:1337/parse", "description": "address with the mount path"}}}},
		"paths":      paths,
		"components": object{"schemas": schemas, "securitySchemes": keys(), "responses": object{"Error": failure()}},
		"security":   []any{object{"applicationId": []any{}, "restKey": []any{}}, object{"applicationId": []any{}, "restKey": []any{}, "session": []any{}}},
	}
	out, err := json.Marshal(document, json.Deterministic(true), jsontext.WithIndent("  "))
	return append(out, '\n'), err
}

func keys() object {
	key := func(header, says string) object {
		return object{"type": "apiKey", "in": "header", "name": header, "description": says}
	}
	return object{
		"applicationId": key("X-Parse-Application-Id", "of the application"),
		"restKey":       key("X-Parse-REST-API-Key", "where the server wants one"),
		"session":       key("X-Parse-Session-Token", "of the user who calls; logIn gives it"),
	}
}

func failure() object {
	return object{"description": "Refused", "content": asJSON(ref("Error"))}
}

// addClass adds the paths of a class. Users have some of their own.
func addClass(paths object, c *class) {
	base := "/classes/" + c.name
	if c.user() {
		base = "/users"
	}
	row, write := ref(c.goName), ref(c.goName+"Write")
	created := object{"type": "object", "required": []string{"objectId", "createdAt"}, "properties": object{"objectId": text("id of the new object"), "createdAt": instant("UTC, milliseconds"), "sessionToken": text("of a new user")}}
	create := operation("create"+c.goName, "Create an object", write, nil, created)
	create["responses"].(object)["201"] = create["responses"].(object)["200"]
	delete(create["responses"].(object), "200")
	found := object{"type": "object", "required": []string{"results"}, "properties": object{"results": object{"type": "array", "items": row}, "count": object{"type": "integer"}}}
	paths[base] = object{
		"get":  operation("find"+c.goName, "Find objects", nil, queryParameters(), found),
		"post": create,
	}
	updated := object{"type": "object", "properties": object{"updatedAt": instant("UTC, milliseconds")}}
	paths[base+"/{objectId}"] = object{
		"parameters": []any{inPath("objectId", "of the object")},
		"get":        operation("get"+c.goName, "Get an object", nil, []any{inQuery("include", "string", "pointers to fetch, comma-separated"), inQuery("keys", "string", "columns to send, comma-separated")}, row),
		"put":        operation("update"+c.goName, "Change columns of an object", write, nil, updated),
		"delete":     operation("delete"+c.goName, "Delete an object", nil, nil, object{"type": "object"}),
	}
}

func queryParameters() []any {
	return []any{
		inQuery("where", "string", "conditions, as JSON"),
		inQuery("order", "string", "columns to sort by, comma-separated, with - for descending"),
		inQuery("limit", "integer", "rows at most; 100 if it is not said"),
		inQuery("skip", "integer", "rows to pass over"),
		inQuery("keys", "string", "columns to send, comma-separated"),
		inQuery("include", "string", "pointers to fetch, comma-separated"),
		inQuery("count", "integer", "1: count the rows as well"),
	}
}

func logIn() object {
	body := object{"type": "object", "required": []string{"username", "password"}, "properties": object{"username": object{"type": "string"}, "password": object{"type": "string", "format": "password"}}}
	answer := object{"type": "object", "required": []string{"objectId", "sessionToken"}, "properties": object{"objectId": object{"type": "string"}, "sessionToken": object{"type": "string"}}}
	return operation("logIn", "Log in", body, nil, answer)
}

func upload() object {
	stored := object{"type": "object", "required": []string{"name", "url"}, "properties": object{"name": object{"type": "string"}, "url": object{"type": "string"}}}
	op := operation("uploadFile", "Upload a file", nil, nil, stored)
	op["requestBody"] = object{"required": true, "content": object{"application/octet-stream": object{}}}
	op["responses"].(object)["201"] = op["responses"].(object)["200"]
	delete(op["responses"].(object), "200")
	return op
}

// operation is one call: its id, what it does, its JSON body, parameters and answer.
func operation(id, summary string, body any, parameters []any, answer any) object {
	op := object{
		"operationId": id, "summary": summary,
		"responses": object{"200": object{"description": "Done", "content": asJSON(answer)}, "default": object{"$ref": "#/components/responses/Error"}},
	}
	if body != nil {
		op["requestBody"] = object{"required": true, "content": asJSON(body)}
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	return op
}

func inPath(name, says string) object {
	return object{"name": name, "in": "path", "required": true, "description": says, "schema": object{"type": "string"}}
}

func inQuery(name, kind, says string) object {
	return object{"name": name, "in": "query", "description": says, "schema": object{"type": kind}}
}

func asJSON(schema any) object { return object{"application/json": object{"schema": schema}} }

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func text(says string) object { return object{"type": "string", "description": says} }

func instant(says string) object {
	return object{"type": "string", "format": "date-time", "description": says}
}

// sharedSchemas are Parse's own kinds of values (protocol section 2).
func sharedSchemas() object {
	typed := func(kind string, properties object, required ...string) object {
		properties["__type"] = object{"type": "string", "const": kind}
		return object{"type": "object", "required": append([]string{"__type"}, required...), "properties": properties}
	}
	number := func(low, high int) object { return object{"type": "number", "minimum": low, "maximum": high} }
	return object{
		"Error":    object{"type": "object", "required": []string{"error"}, "properties": object{"code": object{"type": "integer"}, "error": object{"type": "string"}}},
		"Date":     typed("Date", object{"iso": instant("UTC, milliseconds")}, "iso"),
		"Bytes":    typed("Bytes", object{"base64": object{"type": "string", "contentEncoding": "base64"}}, "base64"),
		"File":     typed("File", object{"name": object{"type": "string"}, "url": object{"type": "string"}}, "name"),
		"GeoPoint": typed("GeoPoint", object{"latitude": number(-90, 90), "longitude": number(-180, 180)}, "latitude", "longitude"),
		"Polygon":  typed("Polygon", object{"coordinates": object{"type": "array", "items": object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2}}}, "coordinates"),
		"ACL":      object{"type": "object", "description": "who may read and write, by *, role:NAME or user id", "additionalProperties": object{"type": "object", "properties": object{"read": object{"type": "boolean"}, "write": object{"type": "boolean"}}}},
	}
}

// rowSchema is an object as the server sends it: columns may be lacking, protected or
// not asked for, and a pointer may be the object itself.
func rowSchema(c *class) object {
	properties := object{"objectId": object{"type": "string"}, "createdAt": instant("UTC, milliseconds"), "updatedAt": instant("UTC, milliseconds"), "ACL": ref("ACL")}
	for _, f := range c.columns {
		if c.user() && f.name == "password" {
			continue // it is never sent
		}
		value := valueSchema(f, false)
		if f.Type == schema.Pointer {
			value = object{"anyOf": []any{value, ref(f.target.goName)}}
		}
		properties[f.name] = value
	}
	return object{"type": "object", "description": fmt.Sprintf("An object of class %s.", c.name), "required": []string{"objectId", "createdAt", "updatedAt"}, "properties": properties}
}

// writeSchema is what a client sends to create or change an object. An update names
// only what it changes, so nothing is required here; required columns say so.
func writeSchema(c *class) object {
	properties := object{"ACL": ref("ACL")}
	for _, f := range c.columns {
		value := valueSchema(f, true)
		if f.Required {
			value["description"] = "required to create"
		}
		properties[f.name] = value
	}
	return object{"type": "object", "description": fmt.Sprintf("Columns of class %s to write.", c.name), "properties": properties}
}

// valueSchema is the value of a column. An operation such as Increment may stand in
// its place in a write, which OpenAPI need not say.
func valueSchema(f column, writing bool) object {
	switch f.Type {
	case schema.String:
		value := object{"type": "string"}
		if f.vocabulary != nil && writing {
			value["enum"] = f.vocabulary // a server may send others
		}
		return value
	case schema.Number:
		return object{"type": "number"}
	case schema.Boolean:
		return object{"type": "boolean"}
	case schema.Array:
		return object{"type": "array", "items": object{}}
	case schema.Object:
		return object{"type": "object"}
	case schema.Pointer:
		return object{"type": "object", "required": []string{"__type", "className", "objectId"}, "properties": object{
			"__type": object{"type": "string", "const": "Pointer"}, "className": object{"type": "string", "const": f.target.name}, "objectId": object{"type": "string"}}}
	case schema.Relation:
		return object{"type": "object", "required": []string{"__type", "className"}, "properties": object{
			"__type": object{"type": "string", "const": "Relation"}, "className": object{"type": "string", "const": f.target.name}}}
	}
	return object{"$ref": "#/components/schemas/" + string(f.Type)}
}
