package parse_test

import (
	"go/types"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/audittest"
	"github.com/isoaudit/isoaudit-go/parse"
)

// withoutCredentials are values of the types that have no place for one.
func withoutCredentials() map[string]any {
	plan := isoaudit.AuditPlanFields
	return map[string]any{
		"fields": []any{
			isoaudit.AuditorFields, plan, isoaudit.AuditFindingFields, isoaudit.CorrectiveActionFields, isoaudit.DocumentControlLogFields,
			isoaudit.AuditReviewFields, isoaudit.RoleFields, isoaudit.SessionFields, parse.ObjectFieldsOf[checklist](),
			tags, plans, answers, answers.Text("a"), count, done, photo, place, area, raw, team, parent,
		},
		"entities": []any{
			isoaudit.AuditPlan{}, isoaudit.AuditFinding{}, isoaudit.CorrectiveAction{}, isoaudit.DocumentControlLog{}, isoaudit.AuditReview{},
			isoaudit.Role{}, isoaudit.SessionRecord{}, checklist{},
		},
		"query parts": []any{
			isoaudit.AuditorFields.Username.Eq("lena"), plan.CreatedAt.Desc(), isoaudit.AuditFindingFields.AuditPlan.Then(plan.LeadAuditor),
			parse.Ago(0), parse.CountRows[isoaudit.AuditPlan]("n"),
		},
		"rows":    []any{parse.Row{Rest: parse.Rest{"title": parse.Raw(`"x"`)}}, parse.NewAnyField[parse.Row]("title")},
		"event":   isoaudit.Event[isoaudit.Auditor]{Kind: parse.Updated, Object: new(isoaudit.Auditor), Gap: new(parse.Gap)},
		"options": []any{parse.RetryPolicy{}, parse.RequestIDsHonoured, parse.WithSnapshot()},
		"files":   []any{parse.Upload{}, parse.File{}, &parse.FileContent{}},
		"answers": []any{parse.Config{}, parse.Job{}, parse.ServerInfo{}, isoaudit.CloudCode{Server: new(isoaudit.CloudServer)}, parse.BatchResult{}, parse.Upserted[isoaudit.Auditor]{Kind: parse.RowCreated, Row: new(isoaudit.Auditor)}},
		"errors":  []any{&isoaudit.PolicyError{}, &parse.DecodeError{}, parse.DecodeErrors{{}}},
		"classes": []any{parse.ClassOf[checklist]("Checklist"), isoaudit.AuditPlan{}},
		"changes": []any{isoaudit.ColumnChange[string]{Before: "Open", After: "Closed", HadBefore: true, HasAfter: true}, isoaudit.MeaningVerified, isoaudit.Signature{}, isoaudit.NewestFirst, isoaudit.TrailEvent{}},
		"counts":  []any{parse.Group[parse.Period]{Key: parse.PeriodOf(time.Now(), parse.Day, time.UTC)}, parse.By(isoaudit.AuditPlanFields.Status), parse.Operation{Name: "AuditPlan.Find"}},
		"access":  []any{parse.ACL{parse.Everyone: parse.Access{}}, isoaudit.RoleMembers{}},
	}
}

// subscribed gives a subscription of an auditor who is logged in at a server,
// and the credentials it works with.
func subscribed(t *testing.T) (*isoaudit.Subscription[isoaudit.CorrectiveAction], []string) {
	server := audittest.NewServer(t)
	lena := server.As(isoaudit.RoleCoordinator)
	session, err := server.Client.LogIn(t.Context(), lena.Auditor.Username, audittest.SamplePassword)
	require.NoError(t, err)
	subscription, err := server.Client.As(session).CorrectiveActions.Query().Subscribe(t.Context(), parse.WithDeletes())
	require.NoError(t, err)
	require.NoError(t, subscription.Close())
	return subscription, []string{session.Token(), server.RESTKey, audittest.SamplePassword}
}

// requireEveryType fails for an exported type of either package of which none of
// the values is one, nor holds one.
func requireEveryType(t *testing.T, values map[string]any) {
	seen := map[string]bool{}
	for _, value := range values {
		collectTypes(reflect.ValueOf(value), seen, 0)
	}
	for dir, path := range map[string]string{"..": module, ".": module + "/parse"} {
		scope := scopeOf(t, dir)
		for _, name := range scope.Names() {
			declared, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || !declared.Exported() || declared.IsAlias() || types.IsInterface(declared.Type()) {
				continue
			}
			require.True(t, seen[path+"."+name], "%s: add a value of it to the redaction test", name)
		}
	}
}

// collectTypes notes the names of the package's types in a value, without type
// arguments.
func collectTypes(v reflect.Value, seen map[string]bool, depth int) {
	if !v.IsValid() || depth > 6 {
		return
	}
	if home := v.Type().PkgPath(); home == module || home == module+"/parse" {
		name, _, _ := strings.Cut(v.Type().Name(), "[")
		seen[home+"."+name] = true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		collectTypes(v.Elem(), seen, depth+1)
	case reflect.Struct:
		if home := v.Type().PkgPath(); home == module+"/livequery" || !strings.HasPrefix(home, module) {
			return // what it holds may be at work: a connection that closes
		}
		for i := range v.NumField() {
			collectTypes(v.Field(i), seen, depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range min(v.Len(), 100) {
			collectTypes(v.Index(i), seen, depth+1)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			collectTypes(key, seen, depth+1)
			collectTypes(v.MapIndex(key), seen, depth+1)
		}
	}
}
