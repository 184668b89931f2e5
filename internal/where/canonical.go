package where

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
)

// AppendCanonical appends an encoding of n in which the order of keys and of
// conditions, $and and the elements of $or, $nor, $in, $nin, $all and
// $containedBy does not matter. Two nodes with the same encoding match the same
// objects; use it, or a hash of it, to find equal subscriptions.
func (n *Node) AppendCanonical(dst []byte) []byte {
	dst = appendText(dst, string(n.Op))
	switch n.Op {
	case And, Or, Nor:
		parts := make([][]byte, len(n.Children))
		for i, c := range n.Children {
			parts[i] = c.AppendCanonical(nil)
		}
		return appendSet(dst, parts)
	case RelatedTo:
		dst = appendText(dst, n.Related.Class)
		dst = appendText(dst, n.Related.ObjectID)
		return appendText(dst, n.Related.Key)
	}
	dst = appendText(dst, n.Path)
	switch {
	case n.Pattern != nil:
		dst = appendText(dst, n.Pattern.Source)
		return appendText(dst, n.Pattern.Options)
	case n.Search != nil:
		dst = appendText(dst, n.Search.Term)
		dst = appendText(dst, n.Search.Language)
		return strconv.AppendBool(dst, n.Search.CaseSensitive)
	case n.Area != nil:
		return n.Area.appendCanonical(dst)
	case n.Query != nil:
		dst = appendText(dst, n.Query.Class)
		dst = appendText(dst, n.Query.Key)
		dst = appendText(dst, n.Query.RedirectKey)
		return n.Query.Where.AppendCanonical(dst)
	}
	switch n.Op {
	case In, Nin, All, ContainedBy:
		list, _ := n.Value.([]any)
		parts := make([][]byte, len(list))
		for i, e := range list {
			parts[i] = appendValue(nil, e)
		}
		return appendSet(dst, parts)
	}
	if _, ok := n.ObjectID(); ok {
		dst = append(dst, '=') // with $eq it needs other permissions
	}
	return appendValue(dst, n.Value)
}

func (a *Area) appendCanonical(dst []byte) []byte {
	var points []Point
	switch {
	case a.Box != nil:
		dst, points = append(dst, 'b'), a.Box[:]
	case a.Polygon != nil:
		dst, points = append(dst, 'p'), a.Polygon
	default:
		dst, points = append(dst, 'c'), []Point{*a.Center}
	}
	dst = binary.AppendUvarint(dst, uint64(len(points)))
	for _, p := range points {
		dst = appendNumber(appendNumber(dst, p.Latitude), p.Longitude)
	}
	return appendNumber(dst, a.Radius)
}

// appendSet writes parts in one order, each once.
func appendSet(dst []byte, parts [][]byte) []byte {
	slices.SortFunc(parts, bytes.Compare)
	parts = slices.CompactFunc(parts, bytes.Equal)
	dst = binary.AppendUvarint(dst, uint64(len(parts)))
	for _, p := range parts {
		dst = appendText(dst, string(p))
	}
	return dst
}

// appendText writes a length and the text, so that neighbours can't run together.
func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendNumber(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(f+0)) // -0 is 0
}

func appendValue(dst []byte, v any) []byte {
	switch s := scalarOf(v); s.kind {
	case kindNumber:
		return appendNumber(append(dst, 'n'), s.number)
	case kindText:
		return appendText(append(dst, 's'), s.text)
	case kindBool:
		return append(dst, 'b', '0'+byte(s.number))
	case kindDate:
		return binary.AppendVarint(append(dst, 'd'), s.date.UnixMilli())
	}
	switch v := v.(type) {
	case []any:
		dst = binary.AppendUvarint(append(dst, 'a'), uint64(len(v)))
		for _, e := range v {
			dst = appendValue(dst, e)
		}
		return dst
	case map[string]any:
		dst = binary.AppendUvarint(append(dst, 'o'), uint64(len(v)))
		for _, k := range sortedKeys(v) {
			dst = appendValue(appendText(dst, k), v[k])
		}
		return dst
	}
	return append(dst, 'z')
}
