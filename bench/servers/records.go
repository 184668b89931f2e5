package main

import (
	"fmt"
	"time"
)

// What is stored, the same on every server.

const (
	siteCount    = 20
	auditorCount = 12
)

func siteCode(n int) string      { return fmt.Sprintf("SITE-%02d", n) }
func planReference(n int) string { return fmt.Sprintf("IA-%07d", n) }

// planTexts are the text columns of plan n.
func planTexts(n int) string {
	return fmt.Sprintf(`"auditRef":"%s","standardClause":"8.5","scope":"Assembly of pumps: control of production","siteCode":"%s","status":"planned"`,
		planReference(n), siteCode(n%siteCount))
}

func plannedStart(n int) time.Time {
	return time.Date(2026, time.January, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
}

// texts are the text columns of a finding.
func (f finding) texts() string {
	return fmt.Sprintf(`"findingRef":"F-%09d","findingType":"nonconformity","clause":"8.5.1",`+
		`"statement":"The torque of the casing bolts is not recorded for every pump.",`+
		`"evidenceNote":"Travellers of 3 of 12 pumps sampled had no torque value.","severity":"minor"`, f.number)
}
