package parse

// Includable is a pointer of T's class, or one reached through it with Then.
type Includable[T any] interface{ includePath(*T) columnPath }

// Path is a pointer that is reached through others.
type Path[T any] struct {
	_    [0]*T
	path columnPath
}

func (p Path[T]) includePath(*T) columnPath { return p.path }

// columnPath is an include path: columns separated by dots.
type columnPath struct{ dotted, mistake string }

func then[T, P any](c column, next Includable[P]) Path[T] {
	here := c.path()
	if next == nil {
		return Path[T]{path: columnPath{here.dotted, "nil path"}}
	}
	rest := next.includePath(nil)
	return Path[T]{path: columnPath{here.dotted + "." + rest.dotted, here.mistake + rest.mistake}}
}
