package audittest

import "github.com/isoaudit/isoaudit-go"

// The made-up company of the sample data: a maker of pumps with two plants, a
// distribution centre and a laboratory.

type person struct {
	username string
	role     isoaudit.AuditorRole
	site     string
}

// people: the first manager and the first coordinator look after all sites.
var people = []person{
	{"m.okafor", isoaudit.RoleManager, "HQ"},
	{"l.brandt", isoaudit.RoleCoordinator, "HQ"},
	{"t.nakamura", isoaudit.RoleCoordinator, "PLANT-11"},
	{"j.silva", isoaudit.RoleApprover, "HQ"},
	{"p.novak", isoaudit.RoleApprover, "PLANT-11"},
	{"a.haddad", isoaudit.RoleAuditor, "PLANT-07"},
	{"c.moreau", isoaudit.RoleAuditor, "PLANT-07"},
	{"d.kim", isoaudit.RoleAuditor, "PLANT-11"},
	{"e.rossi", isoaudit.RoleAuditor, "PLANT-11"},
	{"f.larsen", isoaudit.RoleAuditor, "DC-02"},
	{"g.mwangi", isoaudit.RoleAuditor, "DC-02"},
	{"h.weber", isoaudit.RoleAuditor, "LAB-01"},
}

var sites = []string{"PLANT-07", "PLANT-11", "DC-02", "LAB-01"}

// process is what one audit looks at, and what may come to light there.
type process struct {
	clause, scope string
	issues        []issue
	good          string // what an auditor could only praise
}

// issue is a nonconformity or an observation, its evidence and the action that
// removes its cause.
type issue struct {
	clause, statement, evidence, action, verified string
}

var processes = []process{
	{"8.5", "Assembly of pumps: control of production", []issue{
		{"8.5.1", "The torque of the casing bolts is not recorded for every pump.", "Travellers of 3 of 12 pumps sampled had no torque value.",
			"Make the torque value a mandatory entry of the electronic traveller.", "20 travellers of the last two weeks checked: all carry the torque value."},
		{"8.5.2", "Castings in the buffer store carry no batch number.", "Two pallets of housings without labels in bay 4.",
			"Label castings at goods-in and block unlabelled ones in the stock system.", "Bay 4 walked through twice, 46 of 46 pallets labelled."},
		{"8.5.4", "Finished impellers are stored without protection against corrosion.", "Six impellers with rust spots, photographs taken.",
			"Add corrosion paper to the packing instruction and train the second shift.", "Packing of three lots watched; no rust found after 30 days of storage."},
		{"8.5.6", "A change of the adhesive was introduced without a review.", "Adhesive on the line differs from work instruction rev. C; no change record.",
			"Put consumables under change control and review the open change.", "Change record present; two later changes followed the new procedure."},
	}, "Set-up times are shown and discussed at every shift handover."},
	{"8.4", "Purchasing: control of external providers", []issue{
		{"8.4.1", "Two suppliers of bearings were used before they were evaluated.", "First orders dated three weeks before the evaluation sheets.",
			"Lock suppliers in the purchasing system until the evaluation is approved.", "Test order to an unapproved supplier was refused by the system."},
		{"8.4.2", "Certificates of material are filed without being checked.", "Certificate of heat 2214 shows chromium out of tolerance, lot released.",
			"Add a check against the specification, signed, to goods-in.", "15 certificates sampled, all signed off; one rejected lot handled as required."},
		{"8.4.3", "Orders do not name the drawing's revision.", "5 of 10 purchase orders without a revision.",
			"Take the revision from the part master into the order form.", "25 orders of this month name the revision."},
	}, "Suppliers get their delivery figures every month and answer them."},
	{"7.1", "Monitoring and measuring resources", []issue{
		{"7.1.5.2", "Calibration of two pressure gauges is overdue.", "Gauges PG-31 and PG-44 due in the month before the audit.",
			"Calibrate both gauges, assess results obtained since, remind owners 30 days ahead.", "Calibration certificates seen; results since then assessed, no product affected."},
		{"7.1.5.1", "The crack detection kit is used beyond its shelf life.", "Developer can expired, in use at station 2.",
			"Put consumables of inspection on the weekly check list.", "Check lists of four weeks complete, no expired can found."},
	}, "Every instrument shows its calibration status by the colour of the quarter."},
	{"7.5", "Control of documented information", []issue{
		{"7.5.3.2", "An outdated work instruction is in use at the test bench.", "Rev. B on the bench, rev. D effective.",
			"Replace printed instructions by a screen at each bench.", "Four benches visited: screens show the effective revision, no paper left."},
		{"7.5.2", "Three procedures were released without a recorded approval.", "No approver named in the register for these numbers.",
			"Refuse release in the register without an approver.", "Release without an approver was tried and refused."},
	}, "The register is used daily and people find documents in seconds."},
	{"7.2", "Competence and awareness", []issue{
		{"7.2", "No evidence of competence for two welders.", "Certificates of two welders ran out in spring.",
			"Renew both certificates and put the dates in the training plan.", "Certificates and plan seen; reminders are set for next year."},
		{"7.3", "Temporary staff could not name the quality policy's meaning for their work.", "Four of five people asked.",
			"Add a quality briefing to the first day of temporary staff.", "Six people asked, all could explain their part."},
	}, "Operators train each other with short films they make themselves."},
	{"9.1", "Customer satisfaction and complaints", []issue{
		{"9.1.2", "Survey results of the year were not evaluated.", "Answers of 41 customers in a folder, no report.",
			"Evaluate every quarter and report to the management meeting.", "Reports of two quarters seen with decisions taken."},
		{"8.2.1", "Complaints by telephone are not recorded.", "Two complaints known to the service desk are missing in the log.",
			"Give the service desk the complaint form and check weekly.", "Log compared with the desk's call list of a month: complete."},
	}, "Complaints are answered within two days, faster than promised."},
	{"8.6", "Final inspection and release", []issue{
		{"8.6", "A pump was shipped before the performance test was signed.", "Shipping note two hours before the test record of serial 70312.",
			"Let the system print shipping notes only for released serials.", "Shipping note of an unreleased serial could not be printed."},
		{"8.7.1", "Nonconforming shafts stand among good ones.", "Four shafts with red tags in the picking area.",
			"Set up a locked area for nonconforming parts at each line.", "Both lines visited: areas locked, list of contents matches."},
	}, "Test records are complete back to the first serial number."},
	{"9.2", "Internal audit programme", []issue{
		{"9.2.2", "The night shift was in no audit of the last cycle.", "Programme and reports of 18 months.",
			"Plan one audit a quarter that includes the night shift.", "Audits with night shift held and reported in two quarters."},
		{"10.2.1", "Causes of two nonconformities were not determined.", "Reports end with the correction.",
			"Make the cause a mandatory part of the report and train the owners.", "Ten reports sampled, all name a cause that explains the finding."},
	}, "Findings are discussed with the people who do the work."},
}

type controlledDocument struct {
	number, title string
}

var documents = []controlledDocument{
	{"QM-001", "Quality manual"},
	{"QP-101", "Control of documented information"},
	{"QP-102", "Internal audits"},
	{"QP-103", "Nonconformity and corrective action"},
	{"QP-104", "Management review"},
	{"QP-110", "Evaluation of suppliers"},
	{"QP-111", "Goods-in inspection"},
	{"QP-120", "Calibration of measuring equipment"},
	{"QP-130", "Change control"},
	{"WI-201", "Assembly of pump series A"},
	{"WI-202", "Assembly of pump series B"},
	{"WI-203", "Balancing of impellers"},
	{"WI-210", "Performance test of pumps"},
	{"WI-211", "Pressure test of housings"},
	{"WI-220", "Packing and preservation"},
	{"WI-230", "Crack detection with dye"},
	{"FO-301", "Traveller, pump assembly"},
	{"FO-302", "Audit report"},
	{"FO-303", "Corrective action report"},
	{"FO-304", "Supplier evaluation sheet"},
}
