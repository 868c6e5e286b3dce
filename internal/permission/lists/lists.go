// Package lists takes in files of people who must not be contacted, and of consent: a first row that names the columns, then a row for
// each customer or address, as CSV or XLSX. It reads and reports by line; what is recorded, and what it means, is permission's.
package lists

import (
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Service imports lists.
type Service struct {
	db         *database.DB
	permission *permission.Service
	now        clock.Now
}

// New returns a service that records what it reads through permission.
func New(db *database.DB, permit *permission.Service, now clock.Now) *Service {
	return &Service{db: db, permission: permit, now: now}
}

// Report says what became of a file.
type Report struct {
	Rows    int           // with a value
	Added   int           // suppressions, or consent events
	Covered int           // that were known already
	Partly  int           // rows with something wrong, of which the good part is taken
	Bad     int           // rows of which nothing is taken
	Issues  []fault.Field // what is wrong with the first of both
}

// note adds a bad row to the report.
func (r *Report) note(line int, fields ...fault.Field) {
	r.Bad++
	r.tell(line, fields...)
}

// tell adds what is wrong with a row to the report.
func (r *Report) tell(line int, fields ...fault.Field) {
	for _, f := range fields {
		if f.Line = line; len(r.Issues) < maxIssues {
			r.Issues = append(r.Issues, f)
		}
	}
}
