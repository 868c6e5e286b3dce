package taskstest

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/policy"
)

// Surveys are what a test lets customers have answered.
type Surveys struct {
	Names  []string
	Scored map[int64][]policy.Score
	Asked  bool // whoever's survey is taken back
}

// Scores implements policy.Surveys.
func (s *Surveys) Scores(database.Tx, []int64) (map[int64][]policy.Score, error) {
	return s.Scored, nil
}

// Withdraw implements decision.Surveys.
func (s *Surveys) Withdraw(database.Tx, int64, policy.Reason) (bool, error) { return s.Asked, nil }

// SurveyNames implements policy.Surveys.
func (s *Surveys) SurveyNames(context.Context) ([]string, error) { return s.Names, nil }

// Duty is who a test says is not there.
type Duty struct {
	Absent func(callerID int64, from, until clock.Instant) bool // nil: nobody
}

// Absences implements callback.Duty.
func (d *Duty) Absences(database.Tx, []int64, clock.Instant, clock.Instant) (func(int64, clock.Instant, clock.Instant) bool, error) {
	if d.Absent == nil {
		return func(int64, clock.Instant, clock.Instant) bool { return false }, nil
	}
	return d.Absent, nil
}
