package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission/hours"
	"aftercall/tasks/handoff/worktime"
)

// Span is how much time a team has: so much of its working time, or until the same time of day so many working days later.
type Span struct {
	Minutes int `json:"minutes,omitempty"`
	Days    int `json:"days,omitempty"`
}

// Terms are what holds for a team: when it works, and how soon it replies.
type Terms struct {
	Week  worktime.Week `json:"week"`
	Spans [3]Span       `json:"spans"` // by severity, the most urgent first
	// LeadID is the user who is told first of what is overdue; 0: the supervisors of the team.
	LeadID int64 `json:"lead,omitempty"`
}

// Span returns how much time there is for a severity.
func (t Terms) Span(s Severity) Span { return t.Spans[min(max(s, Urgent), Ordinary)-1] }

// UsualTerms are those of a team that has said nothing else: Monday to Friday from nine to six; four working hours, one working day, three.
func UsualTerms() Terms {
	return Terms{Week: worktime.Usual(), Spans: [3]Span{{Minutes: 4 * 60}, {Days: 1}, {Days: 3}}}
}

const (
	maxMinutes = 40 * 60
	maxDays    = 30
)

func (t Terms) check() error {
	var wrong fault.Problems
	if !t.Week.Works() {
		wrong.Refuse("week", "handoff_no_hours", "needs an hour in which the team works", "")
	}
	for i, s := range t.Spans {
		if (s.Minutes == 0) == (s.Days == 0) || s.Minutes < 0 || s.Days < 0 || s.Minutes > maxMinutes || s.Days > maxDays {
			wrong.Refuse(fmt.Sprintf("spans.%d", i+1), "handoff_span", "must be up to 40 hours of work or up to 30 working days", "")
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// teamTerms is the row of a team's terms.
type teamTerms struct {
	TeamID    int64 `gorm:"primaryKey"`
	Terms     string
	ChangedAt clock.Instant
}

// TableName names the table.
func (teamTerms) TableName() string { return "handoff_terms" }

// Terms returns the terms of a team: its own, or the usual ones.
func (s *Service) Terms(ctx context.Context, teamID int64) (Terms, error) {
	return termsOf(s.db.View(ctx), teamID)
}

func termsOf(tx database.Tx, teamID int64) (Terms, error) {
	row, found, err := store{tx}.terms(teamID)
	if err != nil || !found {
		return UsualTerms(), err
	}
	var t Terms
	if err := json.Unmarshal([]byte(row.Terms), &t); err != nil {
		return Terms{}, fmt.Errorf("read the terms of team %d: %w", teamID, err)
	}
	return t, nil
}

// SetTerms says when a team works and how soon it replies. Deadlines there are stay as they are. It returns fault.Forbidden for whoever is
// neither an administrator nor a supervisor of the team, and fault.Invalid with the wrong fields: "team", "week", "spans.1" to "spans.3",
// "lead".
func (s *Service) SetTerms(ctx context.Context, viewer account.Viewer, teamID int64, t Terms) error {
	if !viewer.Is(account.Supervisor) || !viewer.SeesTeam(teamID) {
		return errRight
	}
	if err := t.check(); err != nil {
		return err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write terms: %w", err)
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := knownTeam(tx, teamID); err != nil {
			return err
		}
		if t.LeadID != 0 {
			found, err := account.UserNames(tx, []int64{t.LeadID})
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return fault.InvalidFields(fault.Field{Name: "lead", Code: "handoff_lead", Problem: "is nobody here"})
			}
		}
		if err := (store{tx}).putTerms(teamTerms{TeamID: teamID, Terms: string(body), ChangedAt: now}); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "handoff.terms_set", "team", teamID, string(body))
	})
	if err != nil {
		return fmt.Errorf("set the terms of team %d: %w", teamID, err)
	}
	return nil
}

// settingTeam is where the default team is kept.
const settingTeam = "handoffs.team"

// DefaultTeam returns the team that owes the reply about contacts of no team; 0: there is none, and they are everybody's who handles.
func (s *Service) DefaultTeam(ctx context.Context) (int64, error) { return defaultTeam(s.db.View(ctx)) }

func defaultTeam(tx database.Tx) (int64, error) {
	kept, err := database.Setting(tx, settingTeam)
	if err != nil || kept == "" {
		return 0, err
	}
	id, err := strconv.ParseInt(kept, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the default team: %w", err)
	}
	return id, nil
}

// SetDefaultTeam says which team owes the reply about contacts of no team; 0: none. It returns fault.Forbidden for anybody but an
// administrator, and fault.Invalid for an unknown team ("team").
func (s *Service) SetDefaultTeam(ctx context.Context, viewer account.Viewer, teamID int64) error {
	if !viewer.Is(account.Admin) {
		return errRight
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if teamID != 0 {
			if err := knownTeam(tx, teamID); err != nil {
				return err
			}
		}
		if err := database.PutSetting(tx, settingTeam, strconv.FormatInt(teamID, 10)); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "handoff.default_team_set", "team", teamID, "")
	})
	if err != nil {
		return fmt.Errorf("set the default team: %w", err)
	}
	return nil
}

// clockOf returns the clock of a team.
func (s *Service) clockOf(t Terms) worktime.Clock {
	timetable := s.calendar.Rules().Timetable
	return worktime.Clock{Week: t.Week, Zone: s.opts.Zone, Special: func(d clock.Day) hours.HolidayKind {
		return timetable.Special(s.opts.Region, d)
	}}
}

// warnAfter is how much of the time has gone by when the team is warned, in percent.
const warnAfter = 80

// due sets by when a reply is owed, and when the team is warned.
func (h *Handoff) due(c worktime.Clock, span Span, from clock.Instant) {
	if span.Days > 0 {
		h.DueAt = c.AddDays(from, span.Days)
	} else {
		h.DueAt = c.Add(from, time.Duration(span.Minutes)*time.Minute)
	}
	h.WarnAt = c.Add(from, c.Between(from, h.DueAt)*warnAfter/100)
	if stood := time.Duration(h.Stood) * time.Microsecond; stood > 0 {
		h.DueAt, h.WarnAt = c.Add(h.DueAt, stood), c.Add(h.WarnAt, stood)
	}
}

// Weigh is how much what a customer said weighs, before somebody says otherwise: a complaint, what was promised before and still is not
// solved, and a critical contact are urgent, and what weighs little is ordinary.
func Weigh(kind Kind, round int, complaint bool, severity contact.Severity) Severity {
	switch {
	case kind == Complaint, complaint, round > 1, severity == contact.Critical:
		return Urgent
	case severity == contact.Low:
		return Ordinary
	}
	return Normal
}
