package where

import (
	"regexp"
	"sort"
	"strings"

	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// Parse reads a where document. An empty one, or `{}`, matches everything. The
// error is an *Error with the code Parse Server would answer.
func Parse(doc []byte, lim Limits) (*Node, error) {
	if len(doc) == 0 {
		return &Node{Op: And}, nil
	}
	v, err := wire.ReadAny(doc)
	if err != nil {
		return nil, errorf(codeInvalidJSON, "where parameter is not valid JSON")
	}
	m, ok := v.(map[string]any)
	if !ok {
		code := codeInvalidJSON
		if list, _ := v.([]any); len(list) > 0 {
			code = codeInvalidKeyName // JavaScript takes its places for names
		}
		return nil, errorf(code, "where is %s; it must be a JSON object", kindName(v))
	}
	return ParseValue(m, lim)
}

// ParseValue is Parse for a document that was decoded already.
func ParseValue(doc map[string]any, lim Limits) (*Node, error) {
	p := parser{lim: lim.withDefaults()}
	n, err := p.document(doc, 1)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// parser holds the limits and how much of them has been used.
type parser struct {
	lim        Limits
	conditions int
	regexSize  int
}

// fieldName is what Parse Server accepts as a key of a where document.
var fieldName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z0-9_-]+)*$`)

func (p *parser) document(doc map[string]any, depth int) (*Node, *Error) {
	if depth > p.lim.Depth {
		return nil, LimitDepth.exceeds("where is nested deeper than %d levels", p.lim.Depth)
	}
	n := &Node{Op: And}
	for _, key := range sortedKeys(doc) {
		children, err := p.entry(key, doc[key], depth)
		if err != nil {
			return nil, err
		}
		n.Children = append(n.Children, children...)
	}
	if len(n.Children) == 1 {
		return n.Children[0], nil
	}
	return n, nil
}

// entry reads one key of a where document.
func (p *parser) entry(key string, v any, depth int) ([]*Node, *Error) {
	switch Op(key) {
	case And, Or, Nor:
		n, err := p.logic(Op(key), v, depth)
		return []*Node{n}, err
	case RelatedTo:
		n, err := p.relatedTo(v)
		return []*Node{n}, err
	}
	switch {
	case key == "ACL":
		return nil, errorf(codeInvalidQuery, "Cannot query on ACL.")
	case !fieldName.MatchString(key):
		return nil, errorf(codeInvalidKeyName, "Invalid key name: %q", key)
	}
	m, ok := v.(map[string]any)
	if !ok || !isConstraint(m) {
		n, err := p.value(Eq, key, v)
		if err != nil {
			return nil, err
		}
		n.Plain = true
		return []*Node{n}, nil
	}
	return p.constraint(key, m, depth)
}

func (p *parser) logic(op Op, v any, depth int) (*Node, *Error) {
	list, ok := v.([]any)
	switch {
	case !ok:
		return nil, errorf(codeInvalidQuery, "Bad %s format - use an array value.", op)
	case len(list) == 0 && op != And:
		return nil, errorf(codeInvalidQuery, "Bad %s format - use an array of at least 1 value.", op)
	}
	if err := p.count(1); err != nil {
		return nil, err
	}
	n := &Node{Op: op}
	for i, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			return nil, errorf(codeInvalidQuery, "Bad %s format - element %d is %s; it must be a where object.", op, i, kindName(e))
		}
		c, err := p.document(m, depth+1)
		if err != nil {
			return nil, err
		}
		n.Children = append(n.Children, c)
	}
	return n, nil
}

func (p *parser) relatedTo(v any) (*Node, *Error) {
	bad := errorf(codeInvalidQuery, "improper usage of $relatedTo: it takes an object (a Pointer) and a key")
	m, _ := v.(map[string]any)
	owner, ok := PointerOf(m["object"])
	key, isText := m["key"].(string)
	if !ok || !isText || key == "" || len(m) != 2 {
		return nil, bad
	}
	return &Node{Op: RelatedTo, Related: &RelatedOwner{Class: owner.Class, ObjectID: owner.ObjectID, Key: key}}, p.count(1)
}

// count takes n conditions from the limit.
func (p *parser) count(n int) *Error {
	if p.conditions += n; p.conditions > p.lim.Conditions {
		return LimitConditions.exceeds("where has more than %d conditions", p.lim.Conditions)
	}
	return nil
}

// isConstraint distinguishes {"$gt": 1} from an object that is a value.
func isConstraint(m map[string]any) bool {
	for k := range m {
		if strings.HasPrefix(k, "$") {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
