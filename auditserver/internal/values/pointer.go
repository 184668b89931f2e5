package values

import "slices"

// UserPointer is a pointer to a user.
func UserPointer(id string) map[string]any { return PointerTo("_User", id) }

// PointerTo is a pointer to an object.
func PointerTo(class, id string) map[string]any {
	return map[string]any{"__type": "Pointer", "className": class, "objectId": id}
}

// PointsToUser reports whether value is a pointer to the user, or a list with one.
func PointsToUser(value any, userID string) bool {
	switch v := value.(type) {
	case map[string]any:
		return v["className"] == "_User" && v["objectId"] == userID
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return PointsToUser(e, userID) })
	}
	return false
}
