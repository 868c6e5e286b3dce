// Package campaign finds the customers who may be contacted, freezes them in snapshots with a receipt, and exports them.
//
// An audience is a rule over customer facts. The rule says who is wanted; whether they may be contacted is permission's to say,
// and no rule can pass over it. Every customer gets exactly one verdict: in the list, or left out for one first reason, so that
// base = eligible + left out by reason, always. Count, explanation, snapshot and export come from the same evaluation.
//
//	audience (a living rule) ──Snapshot──► building ──Build, page by page──► done (immutable) ──Export──► file and its receipt
package campaign
