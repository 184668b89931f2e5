package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// attack is a hostile load: so many clients do it again and again.
type attack struct {
	name    string
	clients int
	prepare func(ctx context.Context, s *server) error
	do      func(ctx context.Context, s *server, n int) // by client n
}

// attacks are what once stopped the server.
var attacks = []attack{
	{name: "members", clients: 4, do: sendMembers},
	{name: "values", clients: 4, do: sendValues},
	{name: "subscriptions", clients: 4, do: subscribeMuch},
	{name: "columns", clients: 2, do: addColumns},
	{name: "bodies", clients: 100, do: sendSlowly},
	{name: "sockets", clients: 1500, do: beginRequest},
	{name: "queries", clients: 8, do: searchSlowly},
	{name: "answers", clients: 16, prepare: storeLargeObjects, do: takeNoAnswer},
	{name: "sign-ups", clients: 2, do: signUpAndLeave},
	{name: "log-ins", clients: 64, do: guessPasswords},
}

var attackers = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}

// post sends what an attacker wants to be answered.
func (s *server) post(ctx context.Context, path, body string) {
	_, _ = s.call(ctx, attackers, nil, http.MethodPost, path, body, nil)
}

// numbered joins n texts with commas, # being their number.
func numbered(n int, text string) string {
	all := make([]string, n)
	for k := range all {
		all[k] = strings.ReplaceAll(text, "#", strconv.Itoa(k))
	}
	return strings.Join(all, ",")
}

var (
	manyMembers = "{" + numbered(1_000_000, `"k#":1`) + "}"
	manyValues  = `{"where":[` + numbered(90_000, "#") + `],"n":"no number"}`
)

// sendMembers creates an object of a million members.
func sendMembers(ctx context.Context, s *server, _ int) {
	s.post(ctx, "/classes/Row", manyMembers)
}

// sendValues creates an object of as many values as are read, which can't be stored.
func sendValues(ctx context.Context, s *server, _ int) {
	s.post(ctx, "/classes/Row", manyValues)
}

// subscribeMuch signs up and has as many regular expressions as it may.
func subscribeMuch(ctx context.Context, s *server, n int) {
	token, err := s.signUp(ctx, "live"+strconv.Itoa(n)+randomText())
	if err != nil {
		wait(ctx, time.Second)
		return
	}
	conditions := []string{`{"$or":[` + numbered(900, `{"text":{"$regex":"(a|b)*#$"}}`) + `]}`}
	for k := range 100 {
		conditions = append(conditions, `{"$or":[`+numbered(5, `{"text":{"$regex":"(o|t)*`+strconv.Itoa(k)+`x#$"}}`)+`]}`)
	}
	ws, err := s.subscribe(ctx, token, conditions)
	if err != nil {
		return
	}
	defer ws.CloseNow()
	for {
		if _, _, err := ws.Read(ctx); err != nil {
			return
		}
	}
}

// addColumns gives the classes that log-ins write, and one of its own, columns that
// would have an index each.
func addColumns(ctx context.Context, s *server, n int) {
	var columns strings.Builder
	for k := range 50 {
		fmt.Fprintf(&columns, `"c%d":{"__type":"Pointer","className":"C%d","objectId":"x"},`, rand.IntN(1400), k)
	}
	s.post(ctx, "/installations", `{`+columns.String()+`"installationId":"`+strconv.Itoa(n)+`","deviceType":"ios"}`)
	s.post(ctx, "/classes/Own", `{`+columns.String()+`"n":1}`)
}

// searchSlowly finds nothing by regular expressions.
func searchSlowly(ctx context.Context, s *server, n int) {
	s.post(ctx, "/classes/Row", `{"_method":"GET","where":{"$or":[`+numbered(20, `{"text":{"$regex":"(a|an|audit)*x`+strconv.Itoa(n)+`#$"}}`)+`]}}`)
}

// signUpAndLeave asks for a thousand hashes and does not wait for them.
func signUpAndLeave(ctx context.Context, s *server, _ int) {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	s.post(ctx, "/batch", `{"transaction":true,"requests":[`+numbered(1000, `{"method":"POST","path":"/parse/users","body":{"username":"`+randomText()+`#","password":"p"}}`)+`]}`)
	s.post(ctx, "/users", `{"username":"`+randomText()+`","password":"p"}`)
}

// guessPasswords logs in as somebody else.
func guessPasswords(ctx context.Context, s *server, n int) {
	s.post(ctx, "/login", `{"username":"honest","password":"`+strconv.Itoa(n)+`"}`)
}

func randomText() string { return strconv.FormatUint(rand.Uint64(), 36) }

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
