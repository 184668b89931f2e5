package session

import (
	"context"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// ByToken replaces conditions on the session token by conditions on the id of its
// session, because tokens are not stored.
func (sc *Sessions) ByToken(ctx context.Context, n *where.Node) (*where.Node, error) {
	if n == nil {
		return nil, nil
	}
	if n.Path == "sessionToken" {
		token, ok := n.Value.(string)
		if n.Op != where.Eq || !ok {
			return nil, fault.New(wire.CodeInvalidQuery, "sessionToken can only be compared with one token")
		}
		raw, known, err := sc.store.GetValue(ctx, tokenBucket, Digest(token))
		if err != nil || !known {
			return where.AnyOf(), err
		}
		var entry tokenEntry
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, err
		}
		return where.Equal("objectId", entry.Session), nil
	}
	if len(n.Children) == 0 {
		return n, nil
	}
	copied := *n
	copied.Children = make([]*where.Node, len(n.Children))
	for i, child := range n.Children {
		var err error
		if copied.Children[i], err = sc.ByToken(ctx, child); err != nil {
			return nil, err
		}
	}
	return &copied, nil
}
