// Package report writes what package quality measured, and the records behind it, as
// reports for people: [Audit], [Nonconformity], [ActionLog] and [ManagementReview].
//
// A report is one HTML file without anything from elsewhere, that reads well on a
// screen and on paper. The same input gives the same bytes. Each number is a link to
// the records that were counted, and the report names the instant, the terms and the
// checkpoint of the audit trail that it was made from. What the data do not say is
// said to be lacking, so that nobody takes silence for an answer; the words that only
// people can give, such as an audit's conclusions, are arguments.
//
// A file is never larger than [MaxSize].
package report
