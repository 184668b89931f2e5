package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Server is what a plan has to know of a Parse Server to ask it only for what it
// can keep. The zero Server keeps everything.
type Server struct {
	Version string // as GET /serverInfo tells it, "9.10.0"; "" stands for the newest
	MongoDB bool   // its storage adapter is the one for MongoDB
}

// Before reports whether the server is older than the version, given as one to three
// numbers. A version that is not made of numbers is older than none.
func (s Server) Before(version ...int) bool {
	return s.numbers() != nil && slices.Compare(s.numbers(), version) < 0
}

// KeepsDefaultACL reports whether the classes of the server can have an ACL for new
// objects. Parse Server before 8 refuses it. From 8 until 9.2 it also puts that
// ACL in the place of an object's own whenever the object is updated, which takes
// from users the right to change themselves.
func (s Server) KeepsDefaultACL() bool { return !s.Before(9, 3) }

// keepsColumnsHidden reports whether nobody can find out a protected column by
// sorting by it, or by a condition on it within $or.
func (s Server) keepsColumnsHidden() bool {
	return !s.Before(9, 6) || !s.Before(8, 6, 32) && s.Before(9)
}

// numbers are those of the version; nil where it is not made of three.
func (s Server) numbers() []int {
	release, _, _ := strings.Cut(s.Version, "-")
	var numbers []int
	for _, text := range strings.Split(release, ".") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// Omission is a part of the wanted schema that the server cannot keep. A plan
// does not send it, and that the server lacks it is no drift.
type Omission struct {
	Class  string
	Column string // "" where it is the default ACL of the class
	Why    string
}

// String prints the omission on one line.
func (o Omission) String() string {
	if o.Column == "" {
		return fmt.Sprintf("default ACL of %s: %s", o.Class, o.Why)
	}
	return fmt.Sprintf("options of column %s.%s: %s", o.Class, o.Column, o.Why)
}

// keepable takes out of a class what the server cannot keep.
func (s Server) keepable(class Class) (Class, []Omission) {
	var left []Omission
	if p := class.Permissions; p != nil && closing(p.DefaultACL) != nil && !s.KeepsDefaultACL() {
		without := *p
		without.DefaultACL = nil
		class.Permissions = &without
		left = append(left, Omission{Class: class.Name, Why: "Parse Server " + s.Version + " cannot keep it; versions from 9.3 can"})
	}
	for _, name := range slices.Sorted(maps.Keys(class.Fields)) {
		field := class.Fields[name]
		if !s.MongoDB || !isStoredElsewhere(class.Name, name) || !field.Required && field.Default == nil {
			continue
		}
		class.Fields = maps.Clone(class.Fields)
		class.Fields[name] = Field{Type: field.Type, TargetClass: field.TargetClass}
		left = append(left, Omission{Class: class.Name, Column: name, Why: "Parse Server stores it in MongoDB under another name, for which it keeps none"})
	}
	return class, left
}

// isStoredElsewhere reports whether the list of columns that Parse Server keeps in
// MongoDB lacks the column: it stores "_hashed_password" instead. There is no
// place for options then, and it answers an attempt to set them with an internal
// error.
func isStoredElsewhere(class, column string) bool {
	return class == UserClass && column == "password"
}
