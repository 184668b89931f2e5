package parse

import (
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// AsSent gives an object as a server sends it: in Parse's encodings (protocol section
// 2.1), with its id and times, with included objects inside it, and without what is
// empty and without passwords. It is for the bodies of made-up answers (package
// parsetest) and for files; what a client sends is made by the calls themselves.
//
// Of the options of a client [WithUserClass] counts, which names the class that pointers
// to users have. A value that no server could keep is an *[InputError] that names the field.
func AsSent(obj Stored, options ...Option) (jsontext.Value, error) {
	const op = "AsSent"
	v := reflect.ValueOf(obj)
	if obj == nil || v.IsNil() {
		return nil, badInput(op, "", "", "the object is nil")
	}
	as := plain
	if len(options) > 0 {
		cfg := config{userClass: userClass}
		if err := cfg.apply(options); err != nil {
			return nil, err
		}
		as = newCodec(cfg.userClass)
	}
	raw, err := as.asSent(obj)
	if err != nil {
		return nil, mistakeIn(op, "", err)
	}
	return raw, nil
}
