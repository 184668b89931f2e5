package auditserver

import (
	"net/http"
	"slices"
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/rawjson"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// fewLogIns refuses a batch that tries many passwords, or hashes many new ones.
func (s *Server) fewLogIns(req *request, entries []batchEntry) error {
	n, most := 0, s.cfg.Limits.BatchLogIns
	for _, e := range entries {
		if hashes(e.req) {
			n++
		}
	}
	if n <= most || req.caller.Master {
		return nil
	}
	return tooManyLogIns("batch", n, most)
}

// tooManyLogIns refuses a batch or a document that would try n passwords.
func tooManyLogIns(what string, n, most int) error {
	return fault.New(wire.CodeInvalidJSON, "the %s has %d log-ins, sign-ups and new passwords, the limit is %d (option limits.batchLogIns)", what, n, most)
}

// hashes tells whether a request may need a password hashed.
func hashes(r *request) bool {
	if r.at(0, "login") || r.at(0, "verifyPassword") {
		return true
	}
	if !writesUser(r) {
		return false
	}
	_, given := r.Body.Get("password")
	return given || r.method == http.MethodPost
}

func writesUser(r *request) bool {
	return r.method != http.MethodGet && (r.at(0, "users") || r.at(0, "classes") && len(r.path) > 1 && r.path[1] == "_User")
}

// transactionOrder is the order in which the requests of a transaction run. One that
// gives a user a name or an e-mail address runs last, and there is only one: else a
// transaction that fails in another part would tell whether an address is known, and
// leave no trace.
func transactionOrder(req *request, entries []batchEntry) ([]int, error) {
	var order, naming []int
	for i, e := range entries {
		if !req.caller.Master && namesUser(e.req) {
			naming = append(naming, i)
		} else {
			order = append(order, i)
		}
	}
	if len(naming) > 1 {
		return nil, fault.New(wire.CodeInvalidJSON, "request %d of the batch can't be part of the transaction: without the master key only one of its requests may give a user a name or an e-mail address", naming[1])
	}
	return append(order, naming...), nil
}

// namesUser tells whether a request gives a user a name or an e-mail address.
func namesUser(r *request) bool {
	return writesUser(r) && (r.method == http.MethodPost || slices.ContainsFunc(r.Body, func(m rawjson.Member) bool {
		root, _, _ := strings.Cut(m.Name, ".")
		return root == "username" || root == "email"
	}))
}
