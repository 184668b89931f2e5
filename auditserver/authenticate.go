package auditserver

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// logInDetail is one of the three things that a log-in consists of. It is not
// given if it is missing or what JavaScript takes for false: null, false, 0, "".
type logInDetail struct {
	text          string
	given, isText bool
}

// logInDetails reads username, email and password. They come from the query
// string as a whole if that has a name which the body lacks.
func logInDetails(p *rawjson.Params) (username, email, password logInDetail) {
	read := func(name string) logInDetail { return detailOf(p.Body.Get(name)) }
	inQuery := func(name string) logInDetail {
		values := p.Query[name]
		if len(values) == 0 {
			return logInDetail{}
		}
		return logInDetail{text: values[0], given: len(values) > 1 || values[0] != "", isText: len(values) == 1}
	}
	for _, name := range []string{"username", "email"} {
		if !read(name).given && inQuery(name).given {
			read = inQuery
			break
		}
	}
	return read("username"), read("email"), read("password")
}

func detailOf(v jsontext.Value, ok bool) logInDetail {
	if !ok {
		return logInDetail{}
	}
	switch v.Kind() {
	case 'n', 'f':
		return logInDetail{}
	case '0':
		var n float64
		return logInDetail{given: json.Unmarshal(v, &n) != nil || n != 0}
	case '"':
		var text string
		err := json.Unmarshal(v, &text, rawjson.Options)
		return logInDetail{text: text, given: err != nil || text != "", isText: err == nil}
	}
	return logInDetail{given: true}
}

// authenticate finds the user with the username or e-mail and the password of
// a request. A username may also be the e-mail address.
func (s *Server) authenticate(ctx context.Context, req *request) (store.Row, error) {
	username, email, password := logInDetails(&req.Params)
	switch {
	case !username.given && !email.given:
		return store.Row{}, fault.New(wire.CodeUsernameMissing, "username/email is required.")
	case !password.given:
		return store.Row{}, fault.New(wire.CodePasswordMissing, "password is required.")
	case !password.isText, username.given && !username.isText, email.given && !email.isText:
		return store.Row{}, errBadLogin
	}
	user, err := s.userNamed(ctx, username.text, email.text)
	if err != nil {
		return store.Row{}, err
	}
	if err := s.mayTry(ctx, user.ID()); err != nil {
		return store.Row{}, err
	}
	right, err := s.passwordMatches(ctx, user, password.text)
	if err != nil {
		return store.Row{}, err
	}
	if err := s.countTry(ctx, user.ID(), right); err != nil {
		return store.Row{}, err
	}
	if !right || !req.caller.Master && access.LockedOut(user.ACL()) {
		return store.Row{}, errBadLogin
	}
	if s.cfg.PreventUnverifiedLogin && user.Value("emailVerified") != true && !(req.caller.Master && req.FlagParam("ignoreEmailVerification")) {
		return store.Row{}, fault.New(wire.CodeEmailNotFound, "User email is not verified.")
	}
	return user, nil
}

// userNamed finds the user that a log-in names, with the hidden part; the zero Row
// if there is none. Where one user's e-mail address is another's username, the
// username counts.
func (s *Server) userNamed(ctx context.Context, username, email string) (store.Row, error) {
	var match *where.Node
	switch {
	case username == "":
		match = where.Equal("email", email)
	case email == "":
		match = where.AnyOf(where.Equal("username", username), where.Equal("email", username))
	default:
		match = where.AllOf(where.Equal("username", username), where.Equal("email", email))
	}
	rows, err := s.store.Find(ctx, store.Query{Class: "_User", Where: match, Limit: 2, Hidden: true, Quick: true})
	if err != nil || len(rows) == 0 {
		return store.Row{}, err
	}
	for _, row := range rows {
		if name, _ := row.Text("username"); name == username {
			return row, nil
		}
	}
	return rows[0], nil
}
