package store

import (
	"context"

	"github.com/isoaudit/isoaudit-go/internal/where"
)

// Distinct returns the different values of field among the objects that n
// matches, in Parse's JSON encoding, in no particular order. Elements of
// arrays count one by one.
func (s *Store) Distinct(ctx context.Context, class, field string, n *where.Node) ([]any, error) {
	return nil, nil
}

// Aggregate runs a pipeline (protocol section 3.5) over the objects of class:
// $match, $group, $project, $sort, $limit, $skip, $count, $unwind. Stages and
// expressions it does not know are a *where.Error with code 102.
func (s *Store) Aggregate(ctx context.Context, class string, pipeline []map[string]any) ([]map[string]any, error) {
	return nil, nil
}
