package where

// Parse reads a where document. An empty one, or `{}`, matches everything. The
// error is an *Error with the code Parse Server would answer.
func Parse(doc []byte, lim Limits) (*Node, error) {
	return nil, errorf(codeInvalidJSON, "not a JSON object")
}

// ParseValue is Parse for a document that was decoded already.
func ParseValue(doc map[string]any, lim Limits) (*Node, error) {
	return nil, errorf(codeInvalidJSON, "not a JSON object")
}
