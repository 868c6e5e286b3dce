package handoff

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// Step is how far a handoff without a reply was escalated. Each step is taken once. It is translated under "handoff_step.<number>".
type Step int

// The steps.
const (
	StepWarned     Step = 1 // most of the time has gone by: its owner, or the team
	StepLead       Step = 2 // it is overdue: who leads the team, or its supervisors
	StepSupervisor Step = 3 // two working hours later
	StepAdmin      Step = 4 // a working day later
)

// Steps returns every step in order.
func Steps() []Step { return []Step{StepWarned, StepLead, StepSupervisor, StepAdmin} }

// Told returns the role that a step tells.
func (s Step) Told() account.Role {
	switch s {
	case StepWarned:
		return account.Handler
	case StepLead, StepSupervisor:
		return account.Supervisor
	case StepAdmin:
		return account.Admin
	}
	return ""
}

const supervisorAfter = 2 * time.Hour // of work, when a handoff is overdue

// lookAt sets when the watch looks at a handoff next.
func (s *Service) lookAt(tx database.Tx, h *Handoff) error {
	h.LookAt = 0
	switch {
	case h.State == Suspended:
		h.LookAt = h.ResumeAt
		return nil
	case !h.Owed() || h.Step >= int(StepAdmin):
		return nil
	}
	next := Step(h.Step + 1)
	switch next {
	case StepWarned:
		h.LookAt = h.WarnAt
		return nil
	case StepLead:
		h.LookAt = h.DueAt
		return nil
	case StepSupervisor, StepAdmin:
	}
	terms, err := termsOf(tx, h.TeamID)
	if err != nil {
		return err
	}
	c := s.clockOf(terms)
	if h.LookAt = c.Add(h.DueAt, supervisorAfter); next == StepAdmin {
		h.LookAt = max(h.LookAt, c.AddDays(h.DueAt, 1))
	}
	return nil
}

// watch has the watch look at a handoff when it must: one job for each.
func watch(tx database.Tx, h *Handoff, now clock.Instant) error {
	if h.LookAt.IsZero() {
		_, err := outbox.Cancel(tx, now, JobWatch, h.ID)
		return err
	}
	moved, err := outbox.Reschedule(tx, now, JobWatch, h.ID, h.LookAt)
	if err != nil || moved {
		return err
	}
	return outbox.Add(tx, now, outbox.New(JobWatch, h.ID, outbox.Normal, h.LookAt))
}

// Watch is the job that looks at a handoff when its time has come: it ends a suspension whose limit is over, warns, and escalates what is
// overdue, each step once.
func (s *Service) Watch(ctx context.Context, ticket outbox.Ticket, id int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		h, err := store{tx}.lock(id)
		if err != nil {
			return err
		}
		for !h.LookAt.IsZero() && h.LookAt <= now {
			if err := s.look(tx, &h, now); err != nil {
				return err
			}
		}
		return watch(tx, &h, now)
	})
	if err != nil {
		return fmt.Errorf("watch handoff %d: %w", id, err)
	}
	return nil
}

func (s *Service) look(tx database.Tx, h *Handoff, now clock.Instant) error {
	from := h.State
	if h.State == Suspended {
		if err := s.resume(tx, h, h.ResumeAt); err != nil {
			return err
		}
		return s.keep(tx, h, from, program, Entry{Act: ActResumed}, now)
	}
	h.Step++
	n := Notice{
		HandoffID: h.ID, Code: noticeOf(Step(h.Step)), TeamID: h.TeamID, FromTeamID: h.FromTeamID, Told: Step(h.Step).Told(), At: now,
	}
	switch Step(h.Step) {
	case StepWarned:
		n.ForUserID = h.OwnerID
	case StepLead:
		terms, err := termsOf(tx, h.TeamID)
		if err != nil {
			return err
		}
		n.ForUserID = terms.LeadID
	case StepSupervisor, StepAdmin:
	}
	if err := (store{tx}).tell(n); err != nil {
		return err
	}
	return s.keep(tx, h, from, program, Entry{Act: ActEscalated, Code: strconv.Itoa(h.Step)}, now)
}
