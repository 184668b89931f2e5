package graphql

import (
	"maps"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/schema"
)

var (
	combinations = map[string]string{"OR": "$or", "AND": "$and", "NOR": "$nor"}
	operators    = map[string]string{
		"equalTo": "$eq", "notEqualTo": "$ne", "lessThan": "$lt", "lessThanOrEqualTo": "$lte", "greaterThan": "$gt", "greaterThanOrEqualTo": "$gte",
		"in": "$in", "notIn": "$nin", "exists": "$exists", "inQueryKey": "$select", "notInQueryKey": "$dontSelect",
		"containedBy": "$containedBy", "contains": "$all", "matchesRegex": "$regex", "options": "$options", "text": "$text",
		"nearSphere": "$nearSphere", "maxDistance": "$maxDistance", "maxDistanceInRadians": "$maxDistanceInRadians",
		"maxDistanceInMiles": "$maxDistanceInMiles", "maxDistanceInKilometers": "$maxDistanceInKilometers",
		"within": "$within", "geoWithin": "$geoWithin", "geoIntersects": "$geoIntersects",
	}
	searchOptions = map[string]string{"term": "$term", "language": "$language", "caseSensitive": "$caseSensitive", "diacriticSensitive": "$diacriticSensitive"}
)

// where makes the conditions of Parse of those of a WhereInput, or of the Object of a
// sub-query, which may have Parse's own words too. at is where they stand.
func (s *Schema) where(c *class, at string, v any) (map[string]any, error) {
	in, _ := v.(map[string]any)
	out := map[string]any{}
	var also []any // a second condition on the objectId
	for _, name := range sortedKeys(in) {
		place := at + "." + name
		if in[name] == nil {
			return nil, fault.New(wire.CodeInvalidQuery, "%s is null: leave it out, or ask for exists: false", place)
		}
		if combination := combinations[name]; combination != "" {
			list, err := s.wheres(c, place, in[name])
			if err != nil {
				return nil, err
			}
			out[combination] = list
			continue
		}
		conditions, err := s.conditions(c, place, name, in[name])
		if err != nil {
			return nil, err
		}
		for key, condition := range conditions {
			if _, taken := out[key]; taken {
				also = append(also, map[string]any{key: condition})
				continue
			}
			out[key] = condition
		}
	}
	if also != nil {
		return map[string]any{"$and": append(also, out)}, nil
	}
	return out, nil
}

func (s *Schema) wheres(c *class, at string, v any) ([]any, error) {
	list, _ := v.([]any)
	out := make([]any, len(list))
	for i, each := range list {
		var err error
		if out[i], err = s.where(c, at, each); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// conditions are those on one column, by the key of Parse's document.
func (s *Schema) conditions(c *class, at, name string, v any) (map[string]any, error) {
	in, ok := v.(map[string]any)
	if !ok {
		return map[string]any{name: v}, nil // Parse's own form, in a sub-query
	}
	key := name
	if name == "id" {
		key = "objectId"
	}
	column := c.fields[key]
	switch {
	case column.Type == schema.Pointer || column.Type == schema.Relation:
		if target := s.classes[column.TargetClass]; target != nil {
			conditions, err := s.relationConditions(target, column.Type, at, in)
			return map[string]any{key: conditions}, err
		}
	case column.Type == schema.Object || column.Type == schema.ACL:
		return s.memberConditions(c, at, key, in)
	}
	conditions := map[string]any{}
	for _, operator := range sortedKeys(in) {
		value, err := s.operand(c, at+"."+operator, operator, in[operator])
		if err != nil {
			return nil, err
		}
		if name == "id" {
			value = plainIDs(c.def.Name, value)
		}
		conditions[parseOperator(operator)] = value
	}
	return map[string]any{key: conditions}, nil
}

func parseOperator(name string) string {
	if operator := operators[name]; operator != "" {
		return operator
	}
	return name
}

func plainIDs(class string, v any) any {
	switch v := v.(type) {
	case string:
		return plainID(class, v)
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = plainIDs(class, each)
		}
		return out
	}
	return v
}

// relationConditions are those on what a pointer or a relation leads to.
func (s *Schema) relationConditions(target *class, kind schema.Type, at string, in map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range sortedKeys(in) {
		place := at + "." + name
		if in[name] == nil {
			return nil, fault.New(wire.CodeInvalidQuery, "%s is null: leave it out, or ask for exists: false", place)
		}
		switch name {
		case "have", "haveNot":
			where, err := s.where(target, place, in[name])
			if err != nil {
				return nil, err
			}
			out[subquery(name == "have")] = map[string]any{"className": target.def.Name, "where": where}
		case "exists":
			exists, _ := in[name].(bool)
			if kind == schema.Pointer {
				out["$exists"] = exists
			} else if _, taken := out[subquery(exists)]; !taken { // more is asked already
				out[subquery(exists)] = map[string]any{"className": target.def.Name, "where": map[string]any{"objectId": map[string]any{"$exists": true}}}
			}
		default:
			out[name] = in[name]
		}
	}
	return out, nil
}

func subquery(within bool) string {
	if within {
		return "$inQuery"
	}
	return "$notInQuery"
}

// memberConditions are those on members of an object: {equalTo: {key: "a.b", value: 1}}.
func (s *Schema) memberConditions(c *class, at, column string, in map[string]any) (map[string]any, error) {
	out := map[string]any{}
	put := func(key, operator string, value any) {
		conditions, _ := out[key].(map[string]any)
		if conditions == nil {
			conditions = map[string]any{}
			out[key] = conditions
		}
		conditions[operator] = value
	}
	for _, operator := range sortedKeys(in) {
		if member, ok := in[operator].(map[string]any); ok {
			if key, ok := member["key"].(string); ok {
				put(column+"."+key, parseOperator(operator), member["value"])
				continue
			}
		}
		value, err := s.operand(c, at+"."+operator, operator, in[operator])
		if err != nil {
			return nil, err
		}
		put(column, parseOperator(operator), value)
	}
	return out, nil
}

// operand is the value of an operator in Parse's form.
func (s *Schema) operand(c *class, at, operator string, v any) (any, error) {
	in, isObject := v.(map[string]any)
	if v == nil && operator != "equalTo" && operator != "notEqualTo" {
		return nil, fault.New(wire.CodeInvalidQuery, "%s is null: leave it out", at)
	}
	if !isObject {
		return v, nil
	}
	switch operator {
	case "inQueryKey", "notInQueryKey":
		return s.selectOperand(at, in)
	case "text":
		search, _ := in["search"].(map[string]any)
		out := map[string]any{}
		for name, value := range search {
			if option := searchOptions[name]; option != "" && value != nil {
				out[option] = value
			}
		}
		return map[string]any{"$search": out}, nil
	case "nearSphere":
		return geoPoint(in), nil
	case "within":
		box, _ := in["box"].(map[string]any)
		return map[string]any{"$box": []any{geoPoint(box["bottomLeft"]), geoPoint(box["upperRight"])}}, nil
	case "geoWithin":
		out := map[string]any{}
		if corners, ok := in["polygon"].([]any); ok {
			points := make([]any, len(corners))
			for i, each := range corners {
				points[i] = geoPoint(each)
			}
			out["$polygon"] = points
		}
		if sphere, ok := in["centerSphere"].(map[string]any); ok {
			out["$centerSphere"] = []any{geoPoint(sphere["center"]), sphere["distance"]}
		}
		return out, nil
	case "geoIntersects":
		return map[string]any{"$point": geoPoint(in["point"])}, nil
	}
	return v, nil
}

// selectOperand is a sub-query for the values of a column.
func (s *Schema) selectOperand(at string, in map[string]any) (any, error) {
	query, _ := in["query"].(map[string]any)
	className, _ := query["className"].(string)
	where := query["where"]
	if c := s.classes[className]; c != nil {
		var err error
		if where, err = s.where(c, at+".query.where", where); err != nil {
			return nil, err
		}
	}
	return map[string]any{"query": map[string]any{"className": className, "where": where}, "key": in["key"]}, nil
}

func geoPoint(v any) any {
	in, ok := v.(map[string]any)
	if !ok {
		return v
	}
	point := maps.Clone(in)
	point["__type"] = "GeoPoint"
	return point
}
