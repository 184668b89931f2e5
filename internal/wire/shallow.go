package wire

import "bytes"

// maxDepth is how deep arrays and objects may be nested: a little less than the
// JSON package reads, because an answer may be put into others.
const maxDepth = 9_000

// tooDeep stands for a value that is nested too deep. It is a number that no Go
// type holds, so that a field with such a value cannot be read.
const tooDeep = "1e999999"

// Shallow gives JSON in which every value that is nested too deep for the JSON
// package is a number that fits nowhere: what stands beside it can then be read.
// It reports false where nothing is nested so deep.
func Shallow(data []byte) ([]byte, bool) {
	var shallow []byte
	depth, kept := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = skipText(data, i)
		case '{', '[':
			if depth++; depth == maxDepth+1 {
				shallow = append(append(shallow, data[kept:i]...), tooDeep...)
			}
		case '}', ']':
			if depth--; depth == maxDepth {
				kept = i + 1
			}
		}
	}
	if shallow == nil || depth >= maxDepth+1 { // without an end it is no JSON
		return nil, false
	}
	return append(shallow, data[kept:]...), true
}

// skipText gives the place of the quote that ends the text beginning at i.
func skipText(data []byte, i int) int {
	for i++; i < len(data); i++ {
		next := bytes.IndexAny(data[i:], `"\`)
		if next < 0 {
			return len(data)
		}
		if i += next; data[i] == '"' {
			return i
		}
		i++
	}
	return i
}
