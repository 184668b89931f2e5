package graphql

import (
	"encoding/base64"
	"strconv"
	"strings"

	pluralize "github.com/gertd/go-pluralize"
)

// typeName is the name of a class's type: _User is User.
func typeName(class string) string {
	class = strings.TrimPrefix(class, "_")
	return strings.ToUpper(class[:1]) + class[1:]
}

// lowerFirst is the name of a query for one object of a type.
func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// plural is the name of a query for many.
func plural(name string) string { return pluralize.NewClient().Plural(name) }

// globalID is an object's id among those of all classes.
func globalID(class, id string) string {
	return base64.StdEncoding.EncodeToString([]byte(class + ":" + id))
}

// splitGlobalID gives class and objectId of a global id, and "" for what is none.
func splitGlobalID(id string) (class, objectID string) {
	text, err := base64.StdEncoding.DecodeString(id)
	if err != nil {
		return "", ""
	}
	class, objectID, _ = strings.Cut(string(text), ":")
	return class, objectID
}

// plainID gives the objectId of an argument that is a global id of the class, or
// already an objectId.
func plainID(class, id string) string {
	if of, objectID := splitGlobalID(id); of == class {
		return objectID
	}
	return id
}

// cursor names a place in the list of a connection.
func cursor(offset int) string { return globalID(cursorClass, strconv.Itoa(offset)) }

func cursorOffset(cursor string) (offset int, ok bool) {
	class, text := splitGlobalID(cursor)
	offset, err := strconv.Atoi(text)
	return offset, class == cursorClass && err == nil && offset >= 0
}

const cursorClass = "arrayconnection"
