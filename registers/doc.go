// Package registers takes the registers of a quality system, its audits, findings,
// corrective actions and documents, out of a backend and into it as Excel workbooks and
// CSV files, in which people keep them.
//
//	contract := registers.ISO9001()
//	err := contract.ExportExcel(ctx, lead.Client, file)
//
//	book, err := registers.OpenExcel(file, size)
//	tables, err := book.Tables(contract)
//	report, err := contract.Import(ctx, lead.Client, tables, registers.Options{DryRun: true})
//
// A register has a row for each record and a column for each value, and names people by
// their user names and records by their references, never by ids. An import finds the
// record of a row by its reference: it creates it, changes what differs, or leaves it
// alone. So an import that was cut short is simply repeated.
//
// Everything is checked before anything is sent. If a single cell is wrong, nothing is
// sent, and [Problems] names each bad cell with its sheet, row and column and the rule
// that it breaks.
//
// Files are read and written row by row. What is held grows by the references in them,
// not by their texts; of a workbook the compressed file is held too.
package registers
