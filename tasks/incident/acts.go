package incident

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/text"
	"aftercall/tasks/policy"
)

// Create adds a draft, which holds nothing yet. It returns fault.Forbidden for anybody but a supervisor or an administrator, or for a team
// that is not theirs; fault.Invalid with every field that is wrong; and fault.Conflict where 50 incidents are not over.
func (s *Service) Create(ctx context.Context, viewer account.Viewer, d Definition) (Incident, error) {
	i := Incident{State: Draft, Origin: ByHand, CreatedBy: viewer.UserID}
	if err := s.define(ctx, viewer, &i, d); err != nil {
		return Incident{}, err
	}
	if err := mayChange(viewer, i); err != nil {
		return Incident{}, err
	}
	now := s.now()
	made := i
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		made = i
		made.CreatedAt, made.ChangedAt = now, now
		st := store{tx}
		if open, err := st.countOpen(); err != nil || open >= maxOpen {
			return orElse(err, errTooMany)
		}
		if err := st.add(&made); err != nil {
			return err
		}
		if err := st.addEvent(Event{IncidentID: made.ID, At: now, UserID: viewer.UserID, Kind: EventCreated}); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "incident.created", "incident", made.ID, "")
	})
	if err != nil {
		return Incident{}, fmt.Errorf("create an incident: %w", err)
	}
	return made, nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Change writes what an incident is. Of one that is active only the name, the end of the period, the notice and the rate change: what it
// holds was counted by its rule. It returns what Create does, and fault.Conflict for one that is over.
func (s *Service) Change(ctx context.Context, viewer account.Viewer, id int64, d Definition) error {
	var wanted Incident
	if err := s.define(ctx, viewer, &wanted, d); err != nil {
		return err
	}
	from := []State{Proposed, Draft, Active, Releasing}
	return s.change(ctx, viewer, id, EventChanged, "", from, func(_ database.Tx, i *Incident, _ *Event, _ clock.Instant) error {
		i.Name, i.UntilAt, i.PerHour = wanted.Name, wanted.UntilAt, wanted.PerHour
		i.NoticeZh, i.NoticeEn = wanted.NoticeZh, wanted.NoticeEn
		if i.State == Proposed || i.State == Draft {
			i.TeamID, i.Rule, i.FromAt, i.Notify = wanted.TeamID, wanted.Rule, wanted.FromAt, wanted.Notify
			i.State = Draft
		}
		if err := mayChange(viewer, *i); err != nil {
			return err
		}
		return nil
	})
}

// define checks what somebody says of an incident and writes it down.
func (s *Service) define(ctx context.Context, viewer account.Viewer, i *Incident, d Definition) error {
	if !viewer.Is(account.Supervisor) {
		return errMayNot
	}
	d.Name = strings.TrimSpace(d.Name)
	d.NoticeZh, d.NoticeEn = strings.TrimSpace(text.Lines(d.NoticeZh)), strings.TrimSpace(text.Lines(d.NoticeEn))
	now := s.now()
	var wrong fault.Problems
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		wrong.Refuse("name", "required", "is required", "")
	case n > maxName || !utf8.ValidString(d.Name):
		wrong.Refuse("name", "too_long", "has more than 100 characters", d.Name)
	}
	if d.TeamID == 0 && !viewer.SeesAllTeams() || !viewer.SeesTeam(d.TeamID) {
		wrong.Refuse("team", "incident_team", "choose one of your teams", "")
	}
	d.checkPeriod(&wrong, now)
	d.checkNotice(&wrong)
	if d.PerHour < 0 || d.PerHour > maxPerHour {
		wrong.Refuse("per_hour", "incident_rate", "must be 0 to 100000", "")
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	rule := ""
	if len(d.Rule) > 0 {
		if err := s.policies.CheckFilter(ctx, d.Rule); err != nil {
			return err
		}
		b, err := json.Marshal(d.Rule)
		if err != nil {
			return fmt.Errorf("write the rule of an incident: %w", err)
		}
		rule = string(b)
	}
	i.Name, i.TeamID, i.Rule, i.FromAt, i.UntilAt = d.Name, d.TeamID, rule, d.From, d.Until
	i.Notify, i.NoticeZh, i.NoticeEn, i.PerHour = d.Notify, d.NoticeZh, d.NoticeEn, d.PerHour
	return nil
}

func (d Definition) checkPeriod(wrong *fault.Problems, now clock.Instant) {
	switch {
	case d.From.IsZero():
		wrong.Refuse("from", "required", "is required", "")
	case d.From.After(now.Add(farthest)):
		wrong.Refuse("from", "too_far", "must be within 60 days", "")
	case d.From.Before(now.Add(-longAgo)):
		wrong.Refuse("from", "incident_long_ago", "must be within the last 30 days", "")
	}
	switch {
	case d.Until.IsZero():
	case !d.Until.After(d.From):
		wrong.Refuse("until", "until_before", "must be later than the time it begins", "")
	case d.Until.Sub(d.From) > farthest:
		wrong.Refuse("until", "too_far", "must be within 60 days", "")
	}
}

func (d Definition) checkNotice(wrong *fault.Problems) {
	if d.Notify && d.NoticeZh == "" && d.NoticeEn == "" {
		wrong.Refuse("notice_zh", "incident_notice", "say what customers are told, in one language at least", "")
	}
	for name, words := range map[string]string{"notice_zh": d.NoticeZh, "notice_en": d.NoticeEn} {
		wrong.Limit(name, words, maxNotice)
		if strings.ContainsAny(words, "{}") {
			wrong.Refuse(name, "incident_braces", "is sent as it is: it takes no variables in braces", words)
		}
	}
}

// Filter returns the rule of an incident.
func (i *Incident) Filter() policy.Filter {
	var f policy.Filter
	if i.Rule == "" || json.Unmarshal([]byte(i.Rule), &f) != nil {
		return nil
	}
	return f
}

// Begin pauses: what the rule matches is tied from now on when it is resolved, and a job ties what was resolved before. It returns
// fault.Conflict for one that was begun already.
func (s *Service) Begin(ctx context.Context, viewer account.Viewer, id int64) error {
	return s.change(ctx, viewer, id, EventBegun, "", []State{Draft, Proposed},
		func(tx database.Tx, i *Incident, _ *Event, now clock.Instant) error {
			i.State, i.BegunAt = Active, now
			i.ScanAt, i.ScanID, i.ScannedAt = i.FromAt, 0, 0
			return outbox.Add(tx, now, outbox.New(JobTie, id, outbox.Normal, now))
		})
}

// Dismiss ends a draft or a proposal, which holds nothing. A dismissed proposal does not come again for the same burst.
func (s *Service) Dismiss(ctx context.Context, viewer account.Viewer, id int64, why string) error {
	if err := checkWhy(&why); err != nil {
		return err
	}
	return s.change(ctx, viewer, id, EventDismissed, why, []State{Draft, Proposed},
		func(_ database.Tx, i *Incident, _ *Event, now clock.Instant) error {
			i.State, i.EndedAt = Dismissed, now
			return nil
		})
}

// Release says that the outage is over: from now on customers are freed, so many an hour, each to be called and asked once.
func (s *Service) Release(ctx context.Context, viewer account.Viewer, id int64, perHour int) error {
	if perHour < 0 || perHour > maxPerHour {
		return fault.InvalidFields(fault.Field{Name: "per_hour", Code: "incident_rate", Problem: "must be 0 to 100000"})
	}
	return s.change(ctx, viewer, id, EventReleased, "", []State{Active},
		func(tx database.Tx, i *Incident, _ *Event, now clock.Instant) error {
			i.PerHour = perHour
			return s.free(tx, i, Releasing, now)
		})
}

// CallOff says that it was no incident: everything goes on as it was before, at once.
func (s *Service) CallOff(ctx context.Context, viewer account.Viewer, id int64, why string) error {
	if err := checkWhy(&why); err != nil {
		return err
	}
	return s.change(ctx, viewer, id, EventCalledOff, why, []State{Active, Releasing},
		func(tx database.Tx, i *Incident, _ *Event, now clock.Instant) error {
			return s.free(tx, i, CallingOff, now)
		})
}

func (s *Service) free(tx database.Tx, i *Incident, state State, now clock.Instant) error {
	i.State, i.ReleasedAt, i.NextAt = state, now, now
	if _, err := outbox.Cancel(tx, now, JobTie, i.ID); err != nil {
		return err
	}
	moved, err := outbox.Reschedule(tx, now, JobFree, i.ID, now)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobFree, i.ID, outbox.Normal, now))
}

// Stop takes a release back: whom it has not freed yet waits on, and new contacts are tied again.
func (s *Service) Stop(ctx context.Context, viewer account.Viewer, id int64, why string) error {
	if err := checkWhy(&why); err != nil {
		return err
	}
	return s.change(ctx, viewer, id, EventStopped, why, []State{Releasing},
		func(tx database.Tx, i *Incident, _ *Event, now clock.Instant) error {
			i.State, i.ReleasedAt, i.NextAt = Active, 0, 0
			if _, err := outbox.Cancel(tx, now, JobFree, id); err != nil {
				return err
			}
			return outbox.Add(tx, now, outbox.New(JobTie, id, outbox.Normal, now)) // what was resolved since, or not reached before
		})
}

func checkWhy(why *string) error {
	*why = strings.TrimSpace(text.Lines(*why))
	if n := utf8.RuneCountInString(*why); n < 2 || n > maxWhy || !utf8.ValidString(*why) {
		return fault.InvalidFields(fault.Field{Name: "why", Code: "incident_why", Problem: "say why, in 2 to 500 characters"})
	}
	return nil
}
