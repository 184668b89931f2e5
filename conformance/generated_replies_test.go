package conformance_test

import (
	"flag"
	"os"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/conformance"
)

var repliesFile = flag.String("replies", "", "write what a real server replies to the generated questions to this `file`; without a real server, compare with what it holds")

// keptReplies are the replies of a real server, by group and question. Who mends
// auditserver compares with a file of them in seconds, without the server.
type keptReplies struct {
	Server  conformance.Server
	Replies map[string]map[string]keptReply
}

type keptReply struct {
	Status, Code         int
	Result, Left, Reason string
}

func (k *keptReplies) keep(s scene, replies []reply) {
	group := map[string]keptReply{}
	for i, q := range s.questions {
		r := replies[i]
		group[q.asks] = keptReply{r.status, r.code, r.result, r.left, r.reason}
	}
	k.Replies[s.name] = group
}

// of gives the replies to questions; one that was not asked has status 0.
func (k *keptReplies) of(s scene) []reply {
	replies := make([]reply, len(s.questions))
	for i, q := range s.questions {
		r := k.Replies[s.name][q.asks]
		replies[i] = reply{r.Status, r.Code, r.Result, r.Left, r.Reason}
	}
	return replies
}

func (k *keptReplies) write(t *testing.T) {
	text, err := json.Marshal(k, json.Deterministic(true))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(*repliesFile, text, 0o600))
}

func readReplies(t *testing.T) *keptReplies {
	text, err := os.ReadFile(*repliesFile)
	require.NoError(t, err)
	k := &keptReplies{}
	require.NoError(t, json.Unmarshal(text, k))
	require.Contains(t, conformance.KindServers(), k.Server)
	return k
}
