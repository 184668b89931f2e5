package conformance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/policy"
)

// attempt is one attack, as a REST request and in GraphQL. It is refused with one
// of the codes; without codes it is answered, but not with the secret.
type attempt struct {
	name               string
	as                 string // "": nobody
	method, path, body string
	graphQL            string // $id is the objectId at the end of the path
	codes              []int
	secret             string
}

// What is refused over REST is refused in a batch, in a transaction and over
// GraphQL too: there is no way round.
func TestNoWayRound(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		plan := save(t, b.admin.AuditPlans, b.plan(anna))
		finding := save(t, b.admin.AuditFindings, b.finding(plan, anna))
		other := save(t, b.admin.AuditFindings, b.finding(plan, anna))
		closed := b.finding(b.closedPlan(t), anna)
		save(t, b.admin.AuditFindings, closed)
		mine := save(t, b.admin.CorrectiveActions, b.action(finding, anna))
		others := save(t, b.admin.CorrectiveActions, b.action(finding, otto))
		document := save(t, b.admin.DocumentControlLogs, b.document(otto, ada))
		review := save(t, b.admin.AuditReviews, b.review(plan, mark))

		pointer := func(class, id string) string {
			return fmt.Sprintf(`{"__type":"Pointer","className":%q,"objectId":%q}`, class, id)
		}
		const action = "/classes/CorrectiveAction/"
		broken, denied, foreign := []int{policy.ErrorCode}, []int{119}, []int{101, 119}
		cora := b.auditor(cora)
		attempts := []attempt{
			{"signing up as a coordinator", "", "POST", "/users", `{"username":"mallory` + b.run + `","password":"p","email":"m@example.com","role":"coordinator","siteCode":"X"}`,
				`mutation{signUp(input:{fields:{username:"mallory` + b.run + `",password:"p",email:"m@example.com",role:"coordinator",siteCode:"X"}}){clientMutationId}}`, broken, ""},
			{"promoting oneself", anna, "PUT", "/users/" + b.people[anna].id, `{"role":"manager"}`,
				`mutation($id:ID!){updateUser(input:{id:$id,fields:{role:"manager"}}){clientMutationId}}`, broken, ""},
			{"editing another's action", anna, "PUT", action + others.ObjectID, `{"status":"cancelled"}`,
				`mutation($id:ID!){updateCorrectiveAction(input:{id:$id,fields:{status:"cancelled"}}){clientMutationId}}`, foreign, ""},
			{"pushing one's action on to another", anna, "PUT", action + mine.ObjectID, `{"owner":` + pointer("_User", b.people[otto].id) + `}`,
				`mutation($id:ID!){updateCorrectiveAction(input:{id:$id,fields:{owner:{link:"` + b.people[otto].id + `"}}}){clientMutationId}}`, broken, ""},
			{"moving one's action to another finding", anna, "PUT", action + mine.ObjectID, `{"finding":` + pointer("AuditFinding", other.ObjectID) + `}`,
				`mutation($id:ID!){updateCorrectiveAction(input:{id:$id,fields:{finding:{link:"` + other.ObjectID + `"}}}){clientMutationId}}`, broken, ""},
			{"closing one's action without its steps", anna, "PUT", action + mine.ObjectID, `{"status":"closed","verificationNote":"Sampled 20 orders"}`,
				`mutation($id:ID!){updateCorrectiveAction(input:{id:$id,fields:{status:"closed",verificationNote:"Sampled 20 orders"}}){clientMutationId}}`, broken, ""},
			{"regrading a finding of a closed audit", anna, "PUT", "/classes/AuditFinding/" + closed.ObjectID, `{"severity":"minor"}`,
				`mutation($id:ID!){updateAuditFinding(input:{id:$id,fields:{severity:"minor"}}){clientMutationId}}`, broken, ""},
			{"changing approvedBy without the role", otto, "PUT", "/classes/DocumentControlLog/" + document.ObjectID, `{"approvedBy":` + pointer("_User", b.people[aaron].id) + `}`,
				`mutation($id:ID!){updateDocumentControlLog(input:{id:$id,fields:{approvedBy:{link:"` + b.people[aaron].id + `"}}}){clientMutationId}}`, denied, ""},
			{"naming an approver without the role", ada, "PUT", "/classes/DocumentControlLog/" + document.ObjectID, `{"approvedBy":` + pointer("_User", b.people[mark].id) + `}`,
				`mutation($id:ID!){updateDocumentControlLog(input:{id:$id,fields:{approvedBy:{link:"` + b.people[mark].id + `"}}}){clientMutationId}}`, broken, ""},
			{"an ACL that opens a record to the public", anna, "PUT", action + mine.ObjectID, `{"ACL":{"*":{"read":true,"write":true}}}`,
				`mutation($id:ID!){updateCorrectiveAction(input:{id:$id,fields:{ACL:{public:{read:true,write:true}}}}){clientMutationId}}`, broken, ""},
			{"an ACL that locks others out", anna, "PUT", action + mine.ObjectID, `{"ACL":{"` + b.people[anna].id + `":{"read":true,"write":true}}}`,
				`mutation($id:ID!){updateCorrectiveAction(input:{id:$id,fields:{ACL:{users:[{userId:"` + b.people[anna].id + `",read:true,write:true}]}}}){clientMutationId}}`, broken, ""},
			{"reading an e-mail address", otto, "GET", "/users/" + b.people["cora"].id, "",
				`query($id:ID!){user(id:$id){username email}}`, nil, cora.Email},
			{"asking for an e-mail address", otto, "GET", "/users", `{"where":{"email":"` + cora.Email + `"}}`,
				`query{users(where:{email:{equalTo:"` + cora.Email + `"}}){count}}`, denied, ""},
		}
		for class, row := range map[string]struct{ owner, id string }{
			"AuditPlan": {anna, plan.ObjectID}, "AuditFinding": {anna, finding.ObjectID}, "CorrectiveAction": {anna, mine.ObjectID},
			"DocumentControlLog": {ada, document.ObjectID}, "AuditReview": {mark, review.ObjectID},
		} {
			attempts = append(attempts, attempt{"deleting a row of " + class, row.owner, "DELETE", "/classes/" + class + "/" + row.id, "",
				`mutation($id:ID!){delete` + class + `(input:{id:$id}){clientMutationId}}`, denied, ""})
		}
		for _, a := range attempts {
			t.Run(a.name, func(t *testing.T) {
				t.Run("REST", func(t *testing.T) {
					method, body := a.method, a.body
					if method == "GET" && body != "" {
						method, body = "POST", `{"_method":"GET",`+body[1:]
					}
					reply := b.send(t, b.identity(a.as), method, a.path, body)
					a.requireRefused(t, reply.code(), reply.body)
				})
				t.Run("batch", func(t *testing.T) { b.inBatch(t, a, false) })
				if a.method != "GET" {
					t.Run("transaction", func(t *testing.T) { b.inBatch(t, a, true) })
				}
				if b.graphQL != "" { // the environment may name a server without it
					t.Run("GraphQL", func(t *testing.T) { b.inGraphQL(t, a) })
				}
			})
		}
		t.Run("nothing has changed", func(t *testing.T) {
			for _, want := range []*isoaudit.CorrectiveAction{mine, others} {
				have, err := b.admin.CorrectiveActions.Get(t.Context(), want.ObjectID)
				require.NoError(t, err)
				require.True(t, want.UpdatedAt.Equal(have.UpdatedAt), "no write came through")
			}
			have, err := b.admin.AuditFindings.Get(t.Context(), closed.ObjectID)
			require.NoError(t, err)
			require.True(t, closed.UpdatedAt.Equal(have.UpdatedAt))
			mallory, err := b.admin.Auditors.Query().Where(isoaudit.AuditorFields.Username.Eq("mallory" + b.run)).Find(t.Context())
			require.NoError(t, err)
			require.Empty(t, mallory, "nobody was signed up")
		})
	})
}

func (b *backend) identity(name string) identity {
	if name == "" {
		return nobody
	}
	return user(b.people[name].token)
}

func (a attempt) requireRefused(t *testing.T, code int, answer []byte) {
	t.Helper()
	if a.codes != nil {
		require.Contains(t, a.codes, code, "%s", answer)
		return
	}
	require.Zero(t, code, "%s", answer)
	require.Contains(t, string(answer), "username", "it was answered")
	require.NotContains(t, string(answer), a.secret)
}

// inBatch sends the request as the only one of a batch.
func (b *backend) inBatch(t *testing.T, a attempt, transaction bool) {
	request := map[string]any{"method": a.method, "path": "/parse" + a.path}
	if a.body != "" {
		request["body"] = jsontext.Value(a.body)
	}
	body, err := json.Marshal(map[string]any{"requests": []any{request}, "transaction": transaction})
	require.NoError(t, err)
	reply := b.send(t, b.identity(a.as), "POST", "/batch", string(body))
	if transaction {
		b.differs(t, transactionCause, causeOf(reply.code(), a.codes...))
		return
	}
	if code := reply.code(); code != 0 { // of the whole transaction
		a.requireRefused(t, code, reply.body)
		return
	}
	code, failed := onlyAnswer(t, reply)
	if a.method == "GET" && a.body == "" {
		observed := readInBatch(code, failed)
		b.differs(t, batchedRead, observed)
		if observed != batchedReadAnswered {
			require.NotContains(t, string(reply.body), "username", "nobody is shown")
			return
		}
	}
	a.requireRefused(t, code, reply.body)
}

// onlyAnswer gives the code in the answer to a batch of one request, and whether
// that request failed, with or without a code.
func onlyAnswer(t *testing.T, reply answer) (code int, failed bool) {
	t.Helper()
	var answers []struct {
		Success jsontext.Value `json:"success"`
		Error   *struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	require.NoError(t, json.Unmarshal(reply.body, &answers), "%s", reply.body)
	require.Len(t, answers, 1)
	if answers[0].Error == nil {
		return 0, false
	}
	return answers[0].Error.Code, true
}

// batchedRead is the difference between what servers make of a GET in a batch, a
// request that this SDK does not send.
const (
	batchedRead         = "a GET without a body in a batch"
	batchedReadAnswered = "is answered as alone"
)

// readInBatch names what a server made of it; a refusal has a code.
func readInBatch(code int, failed bool) string {
	if failed && code == 0 {
		return "fails without a code"
	}
	return batchedReadAnswered
}

func (b *backend) inGraphQL(t *testing.T, a attempt) {
	client := b.anonymous
	if a.as != "" {
		client = b.as(a.as)
	}
	id := a.path[strings.LastIndexByte(a.path, '/')+1:]
	var out jsontext.Value
	err := client.GraphQL(t.Context(), a.graphQL, map[string]any{"id": id}, &out)
	if a.codes == nil {
		// The column is required, so GraphQL has no way to leave it out.
		require.ErrorContains(t, err, "Cannot return null for non-nullable field User.email")
		require.NotContains(t, err.Error()+string(out), a.secret)
		return
	}
	var refused *parse.Error
	require.ErrorAs(t, err, &refused)
	a.requireRefused(t, int(refused.Code), []byte(refused.Error()))
}
