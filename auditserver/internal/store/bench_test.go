package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Sizes of the tables the benchmarks read; ISOAUDIT_BENCH_ROWS adds one, such
// as 1000000.
func benchSizes() []int {
	sizes := []int{1000, 100_000}
	if n, err := strconv.Atoi(os.Getenv("ISOAUDIT_BENCH_ROWS")); err == nil {
		sizes = append(sizes, n)
	}
	return sizes
}

var findingClass = schema.Class{Name: "AuditFinding", Fields: fields(map[string]schema.Type{
	"findingRef": schema.String, "auditPlan": schema.Pointer, "findingType": schema.String, "clause": schema.String,
	"statement": schema.String, "evidenceNote": schema.String, "severity": schema.String, "reportedBy": schema.Pointer,
}, "AuditPlan"), Indexes: map[string]schema.Index{"ref": {{Field: "findingRef"}}, "severity": {{Field: "severity"}}}}

var roles = map[string]schema.Access{"role:auditor": {Read: true}, "role:coordinator": {Read: true}, "role:manager": {Read: true}, "*": {Write: true}}

func finding(i int) store.Object {
	return store.Object{ID: fmt.Sprintf("f%09d", i), ACL: roles, Fields: map[string]any{
		"findingRef": fmt.Sprintf("NC-2026-%07d", i), "auditPlan": pointer("AuditPlan", fmt.Sprintf("p%07d", i/100)), "findingType": "nonconformity",
		"clause": fmt.Sprintf("8.%d", i%7), "statement": "Calibration records of two torque wrenches were missing for the audited period.",
		"evidenceNote": "Sampled 12 records in cell 4; wrenches TW-11 and TW-17 had none after March.", "severity": []string{"Minor", "Major", "Critical"}[i%3], "reportedBy": pointer("AuditPlan", fmt.Sprintf("u%d", i%50)),
	}}
}

func fill(b *testing.B, cfg store.Config, rows int) *store.Store {
	b.Helper()
	s := open(b, cfg)
	write(b, s, func(tx *store.Tx) error { return tx.PutClass(findingClass) })
	for start := 0; start < rows; start += 10_000 {
		write(b, s, func(tx *store.Tx) error {
			for i := start; i < min(start+10_000, rows); i++ {
				if _, err := tx.Insert("AuditFinding", finding(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return s
}

func BenchmarkRead(b *testing.B) {
	for _, rows := range benchSizes() {
		s := fill(b, store.Config{}, rows)
		auditor := []string{"*", "u1", "role:auditor"}
		find := func(name string, want int, q func(i int) store.Query) {
			b.Run(fmt.Sprintf("%s/rows=%d", name, rows), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					i++
					found, err := s.Find(ctx, q(i*7919%rows))
					require.NoError(b, err)
					require.Len(b, found, want)
				}
			})
		}
		for i := range rows { // what is measured is the tree's growth, not the first touch of a page
			_, err := s.Get(ctx, "AuditFinding", fmt.Sprintf("f%09d", i*7919%rows))
			require.NoError(b, err)
		}
		b.Run(fmt.Sprintf("Get/rows=%d", rows), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				_, err := s.Get(ctx, "AuditFinding", fmt.Sprintf("f%09d", i*7919%rows))
				require.NoError(b, err)
			}
		})
		find("FindByPointer100", 100, func(i int) store.Query {
			return store.Query{Class: "AuditFinding", Where: equal("auditPlan", pointer("AuditPlan", fmt.Sprintf("p%07d", i/100))), Limit: 100}
		})
		find("FindByText", 1, func(i int) store.Query {
			return store.Query{Class: "AuditFinding", Where: equal("findingRef", fmt.Sprintf("NC-2026-%07d", i)), Limit: 100, Readers: auditor}
		})
		find("FindNewest100", 100, func(i int) store.Query {
			return store.Query{Class: "AuditFinding", Where: equal("severity", "Major"), Order: []store.Order{{Field: "createdAt", Descending: true}}, Limit: 100, Readers: auditor}
		})
		find("Find1000", 1000, func(i int) store.Query {
			return store.Query{Class: "AuditFinding", Order: []store.Order{{Field: "createdAt"}, {Field: "objectId"}}, Limit: 1000}
		})
		find("Find1000ACL", 1000, func(i int) store.Query {
			return store.Query{Class: "AuditFinding", Order: []store.Order{{Field: "createdAt"}, {Field: "objectId"}}, Limit: 1000, Readers: auditor}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	for name, unsynced := range map[string]bool{"synced": false, "unsynced": true} {
		for _, writers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/writers=%d", name, writers), func(b *testing.B) {
				s := fill(b, store.Config{Path: filepath.Join(b.TempDir(), "data.db"), Unsynced: unsynced}, 0)
				b.ReportAllocs()
				b.SetParallelism(writers / 2)
				next := make(chan int, 1)
				next <- 0
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						i := <-next
						next <- i + 1
						err := s.Write(ctx, func(tx *store.Tx) error { _, err := tx.Insert("AuditFinding", finding(i)); return err })
						require.NoError(b, err)
					}
				})
			})
		}
	}
}
