package schema

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The methods are MarshalJSON and UnmarshalJSON, not their streaming variants, so
// that both the standard library's JSON and the one used here call them.

const (
	keyPublic         = "*"
	keyAuthentication = "requiresAuthentication"
	keyPointerFields  = "pointerFields"
	rolePrefix        = "role:"
)

// MarshalJSON writes the class as the Parse schema API spells it, with its
// columns, indexes and audiences in a stable order.
func (c Class) MarshalJSON() ([]byte, error) {
	if len(c.mistakes) > 0 {
		return nil, errors.Join(c.mistakes...)
	}
	type plain Class
	return json.Marshal(plain(c), json.Deterministic(true))
}

// MarshalJSON writes the permissions as the Parse schema API spells them: every
// operation is named, because a server closes the ones that are left out.
func (p Permissions) MarshalJSON() ([]byte, error) {
	type plain Permissions
	return json.Marshal(plain(p), json.Deterministic(true))
}

// MarshalJSON writes {"field":1,"other":-1} in the order of the columns.
func (x Index) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	enc := jsontext.NewEncoder(&buf)
	tokens := []jsontext.Token{jsontext.BeginObject}
	for _, key := range x {
		direction := int64(1)
		if key.Descending {
			direction = -1
		}
		tokens = append(tokens, jsontext.String(key.Field), jsontext.Int(direction))
	}
	for _, token := range append(tokens, jsontext.EndObject) {
		if err := enc.WriteToken(token); err != nil {
			return nil, fmt.Errorf("schema: index: %w", err)
		}
	}
	return bytes.TrimSpace(buf.Bytes()), nil
}

// UnmarshalJSON reads {"field":1,"other":-1}, keeping the order of the columns.
// Text in place of a direction ("text", "2dsphere", "hashed") is MongoDB's own
// and counts as ascending.
func (x *Index) UnmarshalJSON(data []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	open, err := dec.ReadToken()
	if err != nil {
		return fmt.Errorf("schema: index: %w", err)
	}
	if open.Kind() != '{' {
		return fmt.Errorf("schema: index is a JSON %v, want an object of columns and directions", open.Kind())
	}
	keys := Index{}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return fmt.Errorf("schema: index: %w", err)
		}
		key := IndexKey{Field: name.String()}
		direction, err := dec.ReadToken()
		if err != nil {
			return fmt.Errorf("schema: index column %q: %w", key.Field, err)
		}
		switch direction.Kind() {
		case '0':
			value, err := direction.Float()
			if err != nil {
				return fmt.Errorf("schema: index column %q: %w", key.Field, err)
			}
			key.Descending = value < 0
		case '"':
		default:
			return fmt.Errorf("schema: index column %q has a JSON %v for its direction, want 1 or -1", key.Field, direction.Kind())
		}
		keys = append(keys, key)
	}
	*x = keys
	return nil
}

// MarshalJSON writes the grant as Parse Server spells it: {} for nobody but the
// master key.
func (g Grant) MarshalJSON() ([]byte, error) {
	out := map[string]any{}
	if g.Public {
		out[keyPublic] = true
	}
	if g.RequiresAuthentication {
		out[keyAuthentication] = true
	}
	for _, role := range g.Roles {
		out[rolePrefix+role] = true
	}
	for _, user := range g.Users {
		out[user] = true
	}
	if len(g.PointerFields) > 0 {
		out[keyPointerFields] = g.PointerFields
	}
	return json.Marshal(out, json.Deterministic(true))
}

// UnmarshalJSON reads a grant as Parse Server spells it.
func (g *Grant) UnmarshalJSON(data []byte) error {
	var in map[string]jsontext.Value
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("schema: grant: %w", err)
	}
	var out Grant
	for key, value := range in {
		if key == keyPointerFields {
			if err := json.Unmarshal(value, &out.PointerFields); err != nil {
				return fmt.Errorf("schema: grant: %s: %w", keyPointerFields, err)
			}
			continue
		}
		var granted bool
		if err := json.Unmarshal(value, &granted); err != nil || !granted {
			return fmt.Errorf("schema: grant: %q is %s, want true (leave it out to refuse)", key, value)
		}
		switch {
		case key == keyPublic:
			out.Public = true
		case key == keyAuthentication:
			out.RequiresAuthentication = true
		case strings.HasPrefix(key, rolePrefix):
			out.Roles = append(out.Roles, strings.TrimPrefix(key, rolePrefix))
		default:
			out.Users = append(out.Users, key)
		}
	}
	slices.Sort(out.Roles)
	slices.Sort(out.Users)
	*g = out
	return nil
}
