package auditserver

import (
	"context"
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/ops"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// authBucket maps "provider:id" to the user who signs in with it.
const authBucket = "auth"

// readAuthData accepts anonymous users, the provider that needs no other
// service; null unlinks.
func (a *account) readAuthData(v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		if _, isOp := ops.Named(v); v == nil || isOp {
			a.authData = map[string]any{}
			return nil
		}
		return fault.New(wire.CodeIncorrectType, "schema mismatch for _User.authData; expected Object")
	}
	a.authData, a.authKeys = m, map[string]string{}
	for provider, data := range m {
		if data == nil {
			continue
		}
		entry, _ := data.(map[string]any)
		id, _ := entry["id"].(string)
		if provider != "anonymous" || id == "" {
			return fault.New(wire.CodeUnsupportedService, "This authentication method is unsupported.")
		}
		a.authKeys[provider] = provider + ":" + id
	}
	return nil
}

func link(tx *store.Tx, a *account, userID string) error {
	for _, key := range a.authKeys {
		if id, taken, err := tx.GetValue(authBucket, key); err != nil {
			return err
		} else if taken && string(id) != userID {
			return fault.New(wire.CodeAccountLinked, "this auth is already used")
		}
		if err := tx.PutValue(authBucket, key, []byte(userID), 0); err != nil {
			return err
		}
	}
	return nil
}

// relink merges new authData into the user's: entries are added, null ones removed.
func (s *Server) relink(ctx context.Context, tx *store.Tx, a *account, id string, fields map[string]any) error {
	row, err := tx.Get(ctx, "_User", id)
	if err != nil {
		return err
	}
	present, _ := row.Value("authData").(map[string]any)
	merged := maps.Clone(present)
	if merged == nil {
		merged = map[string]any{}
	}
	for provider, data := range a.authData {
		if data != nil {
			merged[provider] = data
			continue
		}
		if old, ok := merged[provider].(map[string]any); ok {
			if err := unlink(tx, provider, old, id); err != nil {
				return err
			}
		}
		delete(merged, provider)
	}
	fields["authData"] = merged
	if len(merged) == 0 {
		fields["authData"] = nil
	}
	return link(tx, a, id)
}

// unlink lets an entry of a user's authData lead to him no longer. What leads to
// another user stays.
func unlink(tx *store.Tx, provider string, data map[string]any, userID string) error {
	id, _ := data["id"].(string)
	key := provider + ":" + id
	owner, known, err := tx.GetValue(authBucket, key)
	if err != nil || !known || string(owner) != userID {
		return err
	}
	return tx.DeleteValue(authBucket, key)
}

// unlinkAll removes the authData links of all users, and what is known of their
// accounts.
func (s *Server) unlinkAll(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Find(ctx, store.Query{Class: "_User", Limit: -1})
	for _, row := range rows {
		if err := tx.DeleteValue(accountBucket, row.ID()); err != nil {
			return err
		}
		authData, _ := row.Value("authData").(map[string]any)
		for provider, data := range authData {
			if entry, ok := data.(map[string]any); ok {
				if err := unlink(tx, provider, entry, row.ID()); err != nil {
					return err
				}
			}
		}
	}
	return err
}
