package parse

import (
	"context"
	"net/http"
	"regexp"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// Call runs a cloud function and decodes its result. The params are a struct or
// a map whose JSON is an object; nil sends none. Dates, pointers and files in
// params and result are in Parse's encodings.
//
// The error is ErrScriptFailed if there is no such function or it failed,
// ErrValidation if its validator refused the params, and [DecodeErrors] if the result
// does not fit T. A function may use any code of its own. A call whose reply is lost
// is ErrOutcomeUnknown and is not
// repeated, unless WithRequestIDs(RequestIDsHonoured) is set.
func Call[T any](ctx context.Context, c Caller, name string, params any) (T, error) {
	call := transport.Call{
		Op: "Function." + name, Method: http.MethodPost, Path: []string{"functions", name},
		Body: orEmpty(params), Safety: transport.SafeWithID, CloudCode: true,
	}
	if !validFunction.MatchString(name) {
		call.Op, call.Err = "Function", badInput("Function", "", "name", "is not the name of a cloud function")
	}
	var answer struct {
		Result T `json:"result"`
	}
	err := clientOf(c).do(ctx, call, &answer)
	return answer.Result, err
}

// orEmpty gives the empty JSON object in the place of nothing.
func orEmpty(params any) any {
	if params == nil {
		return struct{}{}
	}
	return params
}

// validFunction is what Parse Server takes as the name of a cloud function.
var validFunction = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
