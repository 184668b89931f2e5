package isoaudit

import "time"

// Declared here only until the entity files arrive.
type (
	Collection[T any] struct {
		client *Client
		class  string
	}
	Auditor            struct{ Object }
	AuditPlan          struct{ Object }
	AuditFinding       struct{ Object }
	CorrectiveAction   struct{ Object }
	DocumentControlLog struct{ Object }
	AuditReview        struct{ Object }
)

type Object struct {
	ObjectID             string `json:"objectId"`
	CreatedAt, UpdatedAt time.Time
	ACL                  ACL
}

func NewCollection[T any](client *Client, class string) *Collection[T] {
	return &Collection[T]{client, class}
}
