package values

import (
	"strings"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// checkNested refuses keys that queries could not address (121).
func checkNested(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if strings.ContainsAny(key, "$.") {
				return fault.New(wire.CodeInvalidNestedKey, "Nested keys should not contain the '$' or '.' characters")
			}
			if err := checkNested(value); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkNested(e); err != nil {
				return err
			}
		}
	}
	return nil
}
