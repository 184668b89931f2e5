package parse

// batchBody is the body of a batch (protocol section 1.4).
type batchBody struct {
	Requests    []batchRequest `json:"requests"`
	Transaction bool           `json:"transaction,omitzero"`
}

// batchRequest is one entry of a batch.
type batchRequest struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   any    `json:"body,omitzero"`
}
