package flow

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/decision"
	"aftercall/tasks/incident"
)

// JobTakeUp is the kind of the periodic job that looks for messages that are under way though no job will end them.
const JobTakeUp = "surveys.take_up"

// TakeUpEvery is how often takeUpSurveys looks for them.
const TakeUpEvery = 10 * time.Minute

// takeUpSurveys gives a job to every invitation, reminder, text after a missed call and notice of an incident that is not at its end and
// has none, because its worker died once too often or an earlier version lost it. The job finds what it would find after any crash, so
// nothing is sent twice. If the job is dead and the message may still be sent, it waits for a person until that is over.
func (s *Service) takeUpSurveys(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	invitations, err := s.takeUp(ctx, ticket.At, decision.JobSendSurvey, survey.LeftInvitations)
	if err != nil {
		return err
	}
	reminders, err := s.takeUp(ctx, ticket.At, survey.JobRemind, survey.LeftReminders)
	if err != nil {
		return err
	}
	texts, err := s.takeUp(ctx, ticket.At, missed.JobText, leftTexts)
	if err != nil {
		return err
	}
	notices, err := s.takeUp(ctx, ticket.At, incident.JobNotice, leftNotices)
	if err != nil {
		return err
	}
	if invitations+reminders+texts+notices > 0 {
		s.Log.WarnContext(ctx, "messages were under way and nobody at work on them; they are brought to their end",
			"invitations", invitations, "reminders", reminders, "texts", texts, "notices", notices)
	}
	return s.finish(ctx, ticket)
}

// takeUp goes through what is left, a page a transaction, and returns how many were given a job.
func (s *Service) takeUp(
	ctx context.Context, now clock.Instant, kind string, page func(database.Tx, clock.Instant, survey.Left, int) ([]survey.Left, error),
) (int, error) {
	total, after, limit := 0, survey.Left{}, s.DB.RowsPerTx()
	for {
		var left []survey.Left
		taken := 0
		err := s.DB.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
			if left, err = page(tx, now, after, limit); err != nil {
				return err
			}
			taken, err = s.giveJobs(tx, now, kind, left)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("take up what has no %s job: %w", kind, err)
		}
		total += taken
		if len(left) < limit {
			return total, nil
		}
		after = left[len(left)-1]
	}
}

// giveJobs adds a job for each of left that has none, in place of a dead one, and returns how many it added. The decision of a
// message that may have gone out is marked as handed over, whatever was written on it since.
func (s *Service) giveJobs(tx database.Tx, now clock.Instant, kind string, left []survey.Left) (int, error) {
	refs := make([]int64, len(left))
	for i, l := range left {
		refs[i] = l.Ref
	}
	open, err := outbox.Open(tx, kind, refs...)
	if err != nil {
		return 0, err
	}
	var lost, handedOver []int64
	var jobs []outbox.Job
	for _, l := range left {
		state, has := open[l.Ref]
		if has && (state != outbox.Dead || !l.Over) {
			continue
		}
		lost, jobs = append(lost, l.Ref), append(jobs, outbox.New(kind, l.Ref, outbox.Sending, now))
		if l.Sending && kind == decision.JobSendSurvey {
			handedOver = append(handedOver, l.Ref)
		}
	}
	if len(lost) == 0 {
		return 0, nil
	}
	if _, err := outbox.Cancel(tx, now, kind, lost...); err != nil { // the dead ones, whose work the new ones do
		return 0, err
	}
	if err := outbox.Add(tx, now, jobs...); err != nil {
		return 0, err
	}
	return len(lost), s.Decisions.SurveysHandedOver(tx, handedOver...)
}
