package fault

// First keeps the error of the field that is first by name: maps have no order,
// and the same request is to get the same answer.
type First struct {
	Err   error
	field string
}

// Note takes the error of a field; nil is none.
func (f *First) Note(field string, err error) {
	if err != nil && (f.Err == nil || field < f.field) {
		f.field, f.Err = field, err
	}
}
