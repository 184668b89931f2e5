package conformance_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
)

// calls are what the client offers beside reading and writing objects one by one.
func calls() []behaviour {
	f := itemFields()
	items := func(w *world) *isoaudit.Collection[item] {
		return parse.NewCollection[item](w.client, w.itemClass())
	}
	return []behaviour{
		{"query: First gives the first, or says that there is none", func(t *testing.T, w *world) {
			r := w.queryRows(t)
			first, err := r.items.Query().OrderBy(f.N.Desc()).First(t.Context())
			require.NoError(t, err)
			require.Equal(t, rowCount, first.N)
			_, err = r.items.Query().Where(f.N.Gt(1000)).First(t.Context())
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"rows of any class are created, encoded and read below the types", func(t *testing.T, w *world) {
			require.True(t, w.admin.HasMasterKey())
			require.False(t, w.client.HasMasterKey())
			require.False(t, w.client.HasSession())
			items := parse.NewCollection[item](w.admin, w.itemClass())
			row := &item{N: 4711}
			require.NoError(t, items.CreateWith(t.Context(), row, f.Name.Set("below")))
			body, err := w.admin.EncodeJSON("Item", item{N: 4711, Name: "below"})
			require.NoError(t, err)
			require.Contains(t, string(body), `"n":4711`)
			var read item
			require.NoError(t, w.admin.DecodeJSON("Item", body, &read))
			require.Equal(t, item{N: 4711, Name: "below"}, read)
			one, err := parse.GetJSON(t.Context(), w.admin, w.itemClass(), row.ObjectID)
			require.NoError(t, err)
			require.Equal(t, "below", one["name"])
			all, err := parse.FindJSON(t.Context(), w.admin, w.itemClass(), map[string]any{"n": 4711})
			require.NoError(t, err)
			require.Equal(t, []map[string]any{one}, all)
			require.NoError(t, items.Delete(t.Context(), row.ObjectID))
		}},
		{"rows are upserted by a column: made, changed and left as they are", func(t *testing.T, w *world) {
			items, name := items(w), w.name("upsert")
			kinds := func(rows ...*item) (kinds []parse.UpsertKind) {
				for done, err := range items.Upsert(t.Context(), rows, f.Name) {
					require.NoError(t, err)
					kinds = append(kinds, done.Kind)
				}
				return kinds
			}
			first := kinds(&item{Name: name + "a", N: 1}, &item{Name: name + "b", N: 1})
			require.Equal(t, []parse.UpsertKind{parse.RowCreated, parse.RowCreated}, first)
			then := kinds(&item{Name: name + "a", N: 1}, &item{Name: name + "b", N: 2}, &item{Name: name + "c", N: 1})
			require.Equal(t, []parse.UpsertKind{parse.RowUnchanged, parse.RowUpdated, parse.RowCreated}, then)
			changed, err := items.Query().Where(f.Name.Eq(name + "b")).First(t.Context())
			require.NoError(t, err)
			require.Equal(t, 2, changed.N)
		}},
		{"a row is not restored with its id where the server gives the ids", func(t *testing.T, w *world) {
			row := &item{Object: parse.Object{ObjectID: "restored01", CreatedAt: time.Now().Add(-time.Hour)}, N: 4712}
			_, err := w.client.Batch(t.Context(), items(w).BatchRestore(row))
			require.Error(t, err)
			_, err = items(w).Get(t.Context(), "restored01")
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"query: Select and Exclude choose columns", func(t *testing.T, w *world) {
			r := w.queryRows(t)
			only, err := r.items.Query().Where(f.N.Eq(5)).Select(f.Name).First(t.Context())
			require.NoError(t, err)
			require.Equal(t, r.all[4].Name, only.Name)
			require.Zero(t, only.N)
			require.Nil(t, only.Tags)
			but, err := r.items.Query().Where(f.N.Eq(5)).Exclude(f.Name, f.Tags).First(t.Context())
			require.NoError(t, err)
			require.Empty(t, but.Name)
			require.Nil(t, but.Tags)
			require.Equal(t, 5, but.N)
		}},
		{"query: Include of a pointer, of the next one, and of an array", func(t *testing.T, w *world) {
			r := w.queryRows(t)
			row, err := r.items.Query().Where(f.N.Eq(20)).Include(f.Parent.Then(f.Parent), f.Crew).First(t.Context())
			require.NoError(t, err)
			parent, ok := row.Parent.Get()
			require.True(t, ok)
			require.Equal(t, 10, parent.N)
			grand, ok := parent.Parent.Get()
			require.True(t, ok)
			require.Equal(t, 5, grand.N)
			require.Len(t, row.Crew, 2)
			for i, n := range []int{19, 1} {
				member, ok := row.Crew[i].Get()
				require.True(t, ok)
				require.Equal(t, n, member.N)
			}
		}},
		{"query: Near orders by distance", func(t *testing.T, w *world) {
			r := w.queryRows(t)
			found, err := r.items.Query().Where(f.Spot.Near(*r.all[11].Spot)).Limit(3).Find(t.Context())
			w.expects(t, "an order by distance", "answers", refusal(t, err, "answers"))
			if err != nil {
				return
			}
			require.Equal(t, 12, found[0].N)
			require.ElementsMatch(t, []int{12, 11, 13}, numbers(found))
		}},
		{"relation: members are found, added and removed", func(t *testing.T, w *world) {
			o, one, two := &item{}, w.signUp(t, "member1"), w.signUp(t, "member2")
			require.NoError(t, items(w).Create(t.Context(), o))
			a, b := isoaudit.PointerTo[isoaudit.Auditor](one.id), isoaudit.PointerTo[isoaudit.Auditor](two.id)
			members := func() (ids []string) {
				list, err := w.admin.Auditors.Query().Where(f.Members.MembersOf(items(w).PointerTo(o.ObjectID))).Find(t.Context())
				require.NoError(t, err)
				for _, m := range list {
					ids = append(ids, m.ObjectID)
				}
				return ids
			}
			require.Empty(t, members())
			require.NoError(t, items(w).Update(t.Context(), o.ObjectID, f.Members.Add(a, b)))
			require.ElementsMatch(t, []string{one.id, two.id}, members())
			require.NoError(t, items(w).Update(t.Context(), o.ObjectID, f.Members.Remove(a)))
			require.Equal(t, []string{two.id}, members())
		}},
		{"batch: changes and deletes", func(t *testing.T, w *world) {
			one, two := &item{N: 1}, &item{N: 2}
			require.NoError(t, items(w).Create(t.Context(), one))
			require.NoError(t, items(w).Create(t.Context(), two))
			_, err := w.client.Batch(t.Context(), items(w).BatchUpdate(one.ObjectID, f.N.Increment(4)), items(w).BatchDelete(two.ObjectID))
			require.NoError(t, err)
			got, err := items(w).Get(t.Context(), one.ObjectID)
			require.NoError(t, err)
			require.Equal(t, 5, got.N)
			_, err = items(w).Get(t.Context(), two.ObjectID)
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"aggregate: groups of rows", func(t *testing.T, w *world) {
			r := w.queryRows(t)
			type group struct {
				Done *bool   `json:"objectId"`
				Rows int     `json:"rows"`
				Sum  int     `json:"sum"`
				Mean float64 `json:"mean"`
				Low  int     `json:"low"`
				High int     `json:"high"`
			}
			query := r.items.Query().Where(f.N.Gt(4))
			counted := []parse.Result[item]{parse.CountRows[item]("rows")}
			all := append(counted, parse.Sum("sum", f.N), parse.Average("mean", f.N), parse.Smallest("low", f.N), parse.Largest("high", f.N))
			for _, results := range [][]parse.Result[item]{counted, all} {
				groups, err := parse.Aggregate[group](t.Context(), w.admin, query, f.Done, results...)
				if len(results) == len(all) {
					w.expects(t, "several results of a group", "answers", refusal(t, err, "answers"))
					if err != nil {
						return
					}
				}
				require.NoError(t, err)
				require.Len(t, groups, 2)
				for _, got := range groups {
					require.NotNil(t, got.Done)
					want := group{Done: got.Done, Low: 5, High: 23}
					if *got.Done {
						want.Low, want.High = 6, 24
					}
					for n := want.Low; n <= want.High; n += 2 {
						want.Rows, want.Sum = want.Rows+1, want.Sum+n
					}
					want.Mean = float64(want.Sum) / float64(want.Rows)
					if len(results) == len(counted) {
						want = group{Done: got.Done, Rows: want.Rows}
					}
					require.Equal(t, want, *got)
				}
			}
		}},
		{"aggregate: the different values of a column", func(t *testing.T, w *world) {
			class := w.name("CheckDistinct")
			w.makeClass(t, class, `"n":{"type":"Number"},"done":{"type":"Boolean"}`, openCLP)
			plain := parse.NewCollection[item](w.client, class)
			for n := range 6 {
				require.NoError(t, plain.Create(t.Context(), &item{N: n / 2, Done: n < 4}))
			}
			values, err := parse.Distinct(t.Context(), w.admin, plain.Query().Where(f.Done.Eq(true)), f.N)
			require.NoError(t, err)
			require.ElementsMatch(t, []int{0, 1}, values)
			dones, err := parse.Distinct(t.Context(), w.admin, plain.Query(), f.Done)
			require.NoError(t, err)
			require.ElementsMatch(t, []bool{true, false}, dones)
		}},
		{"aggregate: the different values in a class with a relation", func(t *testing.T, w *world) {
			r := w.queryRows(t)
			values, err := parse.Distinct(t.Context(), w.admin, r.items.Query().Where(f.N.Lt(4)), f.N)
			var refused *parse.Error
			if errors.As(err, &refused) {
				w.differs(t, "the different values of a column, in a class with a relation", refusal(t, err, ""))
				return
			}
			require.NoError(t, err)
			require.ElementsMatch(t, []int{1, 2, 3}, values)
			w.differs(t, "the different values of a column, in a class with a relation", "answers")
		}},
		{"trigger: it changes, and refuses, what is saved and deleted", func(t *testing.T, w *world) {
			w.makeGuarded(t)
			type guarded struct {
				parse.Object
				Refuse bool   `json:"refuse,omitzero"`
				Keep   bool   `json:"keep,omitzero"`
				Stamp  string `json:"stamp,omitzero"`
			}
			class := parse.NewCollection[guarded](w.client, "CheckGuarded")
			o := &guarded{Keep: true}
			require.NoError(t, class.Create(t.Context(), o))
			got, err := class.Get(t.Context(), o.ObjectID)
			require.NoError(t, err)
			require.Equal(t, "checked", got.Stamp)
			require.ErrorIs(t, class.Create(t.Context(), &guarded{Refuse: true}), parse.Code(4242))
			require.ErrorIs(t, class.Delete(t.Context(), o.ObjectID), parse.Code(4243))
		}},
		{"trigger: one that fails behind a save takes nothing back", func(t *testing.T, w *world) {
			w.makeGuarded(t)
			path := "/classes/CheckGuarded/" + w.must(t, master, "POST", "/classes/CheckGuarded", `{"stumble":true}`).text("objectId")
			w.must(t, nobody, "PUT", path, `{"keep":false}`)
			require.Equal(t, false, w.must(t, nobody, "GET", path, "").json["keep"])
		}},
		{"trigger: one that fails behind a delete takes nothing back", func(t *testing.T, w *world) {
			w.makeGuarded(t)
			path := "/classes/CheckGuarded/" + w.must(t, master, "POST", "/classes/CheckGuarded", `{"stumble":true}`).text("objectId")
			w.expects(t, "a trigger that fails behind a delete", "status 200, code 0", codes(w.send(t, nobody, "DELETE", path, "")))
			require.Equal(t, 101, w.send(t, nobody, "GET", path, "").code())
		}},
		{"job: it runs to its end, well or badly", func(t *testing.T, w *world) {
			for message, state := range map[string]parse.JobState{"half way": parse.JobSucceeded, "fail": parse.JobFailed} {
				id, err := w.admin.StartJob(t.Context(), "checkJob", map[string]any{"message": message})
				require.NoError(t, err)
				job, err := w.admin.WaitJob(t.Context(), id, 20*time.Millisecond)
				require.NoError(t, err)
				require.Equal(t, state, job.State)
				require.Equal(t, message, job.Message)
				same, err := w.admin.Job(t.Context(), id)
				require.NoError(t, err)
				require.Equal(t, job, same)
			}
		}},
		{"role: made with its members, who then have its rights", func(t *testing.T, w *world) {
			m := w.signUp(t, "rolemember")
			name := w.name("guild")
			role, err := w.admin.CreateRole(t.Context(), name, parse.ACL{}, isoaudit.RoleMembers{Users: []isoaudit.Pointer[isoaudit.Auditor]{isoaudit.PointerTo[isoaudit.Auditor](m.id)}})
			require.NoError(t, err)
			require.NotEmpty(t, role.ObjectID)
			o := &item{Object: parse.Object{ACL: parse.ACL{}.Grant(parse.RoleNamed(name), parse.Access{Read: true})}}
			require.NoError(t, items(w).Create(t.Context(), o))
			_, err = parse.NewCollection[item](m.Client, w.itemClass()).Get(t.Context(), o.ObjectID)
			require.NoError(t, err)
			_, err = parse.NewCollection[item](m.Anonymous(), w.itemClass()).Get(t.Context(), o.ObjectID)
			require.ErrorIs(t, err, parse.ErrObjectNotFound)
		}},
		{"role: a user asks for his own, the inherited ones too", func(t *testing.T, w *world) {
			m := w.signUp(t, "rolesof")
			seen := parse.ACL{}.Grant(parse.Everyone, parse.Access{Read: true})
			lower, err := w.admin.CreateRole(t.Context(), w.name("apprentices"), seen, isoaudit.RoleMembers{Users: []isoaudit.Pointer[isoaudit.Auditor]{isoaudit.PointerTo[isoaudit.Auditor](m.id)}})
			require.NoError(t, err)
			_, err = w.admin.CreateRole(t.Context(), w.name("masters"), seen, isoaudit.RoleMembers{Roles: []isoaudit.Pointer[isoaudit.Role]{isoaudit.PointerTo[isoaudit.Role](lower.ObjectID)}})
			require.NoError(t, err)
			roles, err := m.CurrentRoles(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{w.name("apprentices"), w.name("masters")}, roles)
		}},
		{"sign-up: it starts a session, once a name", func(t *testing.T, w *world) {
			auditor := func() *isoaudit.Auditor {
				return &isoaudit.Auditor{Username: w.name("signup"), Password: "pw", Email: w.name("signup") + "@example.com", Role: isoaudit.RoleAuditor, SiteCode: "PLANT-07"}
			}
			a := auditor()
			session, err := w.client.SignUp(t.Context(), a)
			require.NoError(t, err)
			me, err := w.client.As(session).CurrentAuditor(t.Context())
			require.NoError(t, err)
			require.Equal(t, a.ObjectID, me.ObjectID)
			_, err = w.client.SignUp(t.Context(), auditor())
			require.ErrorIs(t, err, parse.ErrUsernameTaken)
		}},
		{"password reset: refused where no mail is set up", func(t *testing.T, w *world) {
			require.ErrorIs(t, w.client.RequestPasswordReset(t.Context(), "a@example.com"), parse.ErrInternal)
		}},
	}
}

// makeGuarded makes the class of the check triggers where it is not yet.
func (w *world) makeGuarded(t *testing.T) {
	t.Helper()
	if w.send(t, master, "GET", "/schemas/CheckGuarded", "").status == 200 {
		return
	}
	w.makeClass(t, "CheckGuarded", `"refuse":{"type":"Boolean"},"keep":{"type":"Boolean"},"stamp":{"type":"String"}`, openCLP)
}
