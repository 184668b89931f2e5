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

func (c column[T]) asPath() columnPath { return columnPath{c.name, c.whatIsWrong()} }

func then[T, P any](c column[T], next Includable[P]) Path[T] {
	here := c.asPath()
	if next == nil {
		return Path[T]{path: columnPath{here.dotted, "nil path"}}
	}
	rest := next.includePath(nil)
	return Path[T]{path: columnPath{here.dotted + "." + rest.dotted, here.mistake + rest.mistake}}
}
