package auditserver

import (
	"context"
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// masterACL lets nobody but the master key read or write.
var masterACL = map[string]schema.Access{}

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

// ownClasses are the classes every database has.
func ownClasses() []string {
	return []string{"_User", "_Session", "_Role", "_Installation", "_JobStatus"}
}

// ownClass is a new class of that name with the fields it has by itself.
func ownClass(name string) schema.Class {
	fields := defaultFields()
	maps.Copy(fields, systemFields(name))
	return schema.Class{Name: name, Fields: fields}
}

// prepareClasses makes the system classes of a new database.
func (s *Server) prepareClasses(ctx context.Context) error {
	var missing []schema.Class
	for _, name := range ownClasses() {
		if _, ok := s.store.Class(name); !ok {
			missing = append(missing, ownClass(name))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		for _, c := range missing {
			if err := tx.PutClass(c); err != nil {
				return err
			}
		}
		return nil
	})
}
