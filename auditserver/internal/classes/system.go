package classes

import (
	"maps"

	"github.com/isoaudit/isoaudit-go/schema"
)

// MasterACL lets nobody but the master key read or write.
var MasterACL = map[string]schema.Access{}

// defaultFields are the fields of every class.
func defaultFields() map[string]schema.Field {
	return map[string]schema.Field{
		"objectId":  {Type: schema.String},
		"createdAt": {Type: schema.Date},
		"updatedAt": {Type: schema.Date},
		"ACL":       {Type: schema.ACL},
	}
}

// systemFields are the fields that Parse Server's own classes have by themselves.
func systemFields(class string) map[string]schema.Field {
	text, number, list, object := schema.Field{Type: schema.String}, schema.Field{Type: schema.Number},
		schema.Field{Type: schema.Array}, schema.Field{Type: schema.Object}
	date, flag := schema.Field{Type: schema.Date}, schema.Field{Type: schema.Boolean}
	switch class {
	case "_User":
		return map[string]schema.Field{"username": text, "password": text, "email": text, "emailVerified": flag, "authData": object}
	case "_Session":
		return map[string]schema.Field{"user": {Type: schema.Pointer, TargetClass: "_User"}, "installationId": text,
			"sessionToken": text, "expiresAt": date, "createdWith": object}
	case "_Role":
		return map[string]schema.Field{"name": text, "users": {Type: schema.Relation, TargetClass: "_User"},
			"roles": {Type: schema.Relation, TargetClass: "_Role"}}
	case "_Installation":
		return map[string]schema.Field{"installationId": text, "deviceToken": text, "channels": list, "deviceType": text,
			"pushType": text, "GCMSenderId": text, "timeZone": text, "localeIdentifier": text, "appName": text,
			"appVersion": text, "appIdentifier": text, "parseVersion": text, "badge": number}
	case "_JobStatus":
		return map[string]schema.Field{"jobName": text, "source": text, "status": text, "message": text, "params": object, "finishedAt": date}
	}
	return nil
}

// Fields are the fields of a class with those it has by itself.
func Fields(c schema.Class) map[string]schema.Field {
	fields := defaultFields()
	maps.Copy(fields, systemFields(c.Name))
	maps.Copy(fields, c.Fields)
	return fields
}

// Own are the classes every database has.
func Own() []string {
	return []string{"_User", "_Session", "_Role", "_Installation", "_JobStatus"}
}

// New is a new class with the fields it has by itself.
func New(name string) schema.Class {
	return schema.Class{Name: name, Fields: Fields(schema.Class{Name: name})}
}

// BuiltInFields are the fields of every class. A selection of keys always includes
// them.
var BuiltInFields = []string{"objectId", "createdAt", "updatedAt", "ACL"}

// builtIn tells whether a class has a field by itself.
func builtIn(class, field string) bool {
	if _, ok := defaultFields()[field]; ok {
		return true
	}
	_, ok := systemFields(class)[field]
	return ok
}
