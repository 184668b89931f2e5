package parse

import (
	"reflect"
	"strings"
)

// Class is the class on the server that a Go type stands for.
type Class struct {
	name string
	of   reflect.Type
}

// ClassOf says that T stands for the class with this name.
func ClassOf[T any](name string) Class { return Class{name, reflect.TypeFor[T]()} }

// Name is the name of the class.
func (c Class) Name() string { return c.name }

// Classed is a pointer to a struct that knows its class, so that a [Pointer] to it
// does too:
//
//	var taskClass = parse.ClassOf[Task]("Task")
//
//	func (*Task) ParseClass() parse.Class { return taskClass }
//
// ParseClass is called on new values and must not look at its receiver. A struct
// that embeds Task has its class, but may belong to another one on the server:
// only a Pointer to Task itself is strict about the name.
type Classed interface{ ParseClass() Class }

// userClass is Parse Server's own class of users.
const userClass = "_User"

// roleClass is Parse Server's own class of roles.
const roleClass = "_Role"

// validClass is the server's rule for names of classes: its own begin with "_",
// the rest is as for columns.
func validClass(name string) bool { return validColumn(strings.TrimPrefix(name, "_")) }

// badClass is the mistake of a name that validClass refuses.
func badClass(op, name string) error {
	return badInput(op, "", "class", "%q is not the name of a class", name)
}

// classOf gives the class that T stands for, whose name is "" where T does not
// know it. It is exact unless T only embeds the struct that knows it.
func classOf[T any]() (name string, exact bool) {
	classed, ok := any(new(T)).(Classed)
	if !ok {
		return "", false
	}
	class := classed.ParseClass()
	return class.name, class.of == reflect.TypeFor[T]()
}

// classIn is classOf under the name that the class has on the codec's server.
func classIn[T any](c *codec) (name string, exact bool) {
	t := reflect.TypeFor[T]()
	known, ok := c.classes.Load(t)
	if !ok {
		name, exact := classOf[T]()
		known, _ = c.classes.LoadOrStore(t, resolvedClass{c.resolve(name), exact})
	}
	class := known.(resolvedClass)
	return class.name, class.exact
}

type resolvedClass struct {
	name  string
	exact bool
}

// classPath is where the objects of a class are. Roles have a route of their own
// too, on which a server ignores request ids (protocol section 6).
func classPath(class string) []string {
	if class == userClass {
		return []string{"users"}
	}
	return []string{"classes", class}
}
