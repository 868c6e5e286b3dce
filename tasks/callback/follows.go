package callback

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks/callback/outcome"
)

// say writes an outcome down with the attempt it came of, and what it says beside the two results: the set it is of, of what supervisors
// are told, and whether the number that was dialled was wrong. Saying something else takes all of that back.
func (a *Attempt) say(set *outcome.Set, dialled string, o Outcome) (err error) {
	a.CallResult, a.BusinessResult, a.Note, a.OutcomeVersion = o.CallResult, o.BusinessResult, o.Note, set.Version
	if mark := o.mark(set); mark != a.Mark || o.ForSupervisor != a.NoteForSupervisor {
		a.Mark, a.MarkSeenAt, a.MarkSeenBy = mark, 0, 0
	}
	a.NoteForSupervisor = o.ForSupervisor
	a.WrongPhone = ""
	if call, _ := o.codes(set); call.Is(outcome.WrongNumber) {
		a.WrongPhone = dialled
	}
	a.Answers, err = o.Answers.encode()
	return err
}

// unsay makes an attempt one without an outcome again.
func (a *Attempt) unsay() {
	a.EndedAt, a.CallResult, a.BusinessResult, a.Note, a.Answers, a.CallbackBefore, a.HelpTried = 0, "", "", "", "", "", ""
	a.NoteForSupervisor, a.OutcomeVersion, a.Mark, a.MarkSeenAt, a.MarkSeenBy, a.WrongPhone = "", 0, "", 0, 0, ""
}

// dialledUnder returns the line that was called in an attempt, where the outcome says that it is a wrong one: the one that was dialled.
// Where no dial was seen, what another outcome of the same call, or of the same attempt, said of it already, is not called any more and is
// no line of the subject.
func dialledUnder(tx database.Tx, set *outcome.Set, a Attempt, subject permission.Subject, o Outcome) (string, error) {
	if call, _ := o.codes(set); !call.Is(outcome.WrongNumber) {
		return "", nil
	}
	known, err := store{tx}.wrongPhoneUnder(a)
	return cmp.Or(a.WrongPhone, a.DialledPhone, known, subject.Address(permission.ByPhone)), err
}

// handOn adds the jobs of what leaves the callback with the outcome of an attempt. The text after a missed call has one of its own: where
// it cannot be planned, the scores do not wait for it.
func handOn(tx database.Tx, set *outcome.Set, a Attempt, at, now clock.Instant) error {
	jobs := []outbox.Job{outbox.New(JobOutcome, a.ID, outbox.Urgent, at)}
	if call, _ := set.Code(outcome.CallLayer, string(a.CallResult)); set.MissedText.On && call.Is(outcome.TextAfter) {
		jobs = append(jobs, outbox.New(JobMissed, a.ID, outbox.Urgent, at))
	}
	return outbox.Add(tx, now, jobs...)
}

// keepBack cancels what handOn added, and reports whether nothing of it had begun.
func keepBack(tx database.Tx, a Attempt, now clock.Instant) (bool, error) {
	outcomes, err := outbox.Cancel(tx, now, JobOutcome, a.ID)
	if err != nil {
		return false, err
	}
	_, err = outbox.Cancel(tx, now, JobMissed, a.ID) // one that has begun finds, behind the lock on the callback, what is so then
	return outcomes > 0, err
}

// refusedBy returns what the customer refused by the outcome of an attempt, as the set says under which it was recorded; empty for nothing.
func (s *Service) refusedBy(tx database.Tx, a Attempt) (permission.Scope, error) {
	if a.CallResult == "" {
		return "", nil
	}
	set, err := s.outcomes.At(tx, a.OutcomeVersion)
	if err != nil {
		return "", err
	}
	return Outcome{CallResult: a.CallResult, BusinessResult: a.BusinessResult}.suppressed(set), nil
}

// next returns what becomes of a callback after an outcome whose attempt is stored. Where the number was wrong and the customer has another
// one, that is tried instead of closing the callback.
func (s *Service) next(
	tx database.Tx, set *outcome.Set, c Callback, a Attempt, subject permission.Subject, o Outcome, now clock.Instant,
) (outcome.Next, error) {
	attempts, err := store{tx}.attemptsOf(c.ID)
	if err != nil {
		return outcome.Next{}, err
	}
	tried := make([]outcome.Tried, len(attempts))
	for i, a := range attempts {
		tried[i] = outcome.Tried{Call: string(a.CallResult), Business: string(a.BusinessResult), At: a.StartedAt}
	}
	rules := s.permit.Rules()
	opening := func(at clock.Instant) clock.Instant {
		if w := rules.CallWindow(subject, "", at); !w.Open {
			return w.OpensAt
		}
		return at
	}
	next := set.Next(string(o.CallResult), string(o.BusinessResult), tried, opening, zoneOf(rules, subject, s.opts.Zone, now), now)
	another := func(phone string) bool { return phone != a.WrongPhone }
	if a.WrongPhone != "" && slices.ContainsFunc(subject.Phones, another) {
		next = outcome.Next{Key: next.Key, At: now}
	}
	return next, nil
}

// zoneOf returns where the customer is, if that is known, else the fallback.
func zoneOf(rules permission.Rules, subject permission.Subject, fallback *time.Location, now clock.Instant) *time.Location {
	if w := rules.CallWindow(subject, "", now); len(w.Zones) == 1 {
		if local, err := time.LoadLocation(w.Zones[0]); err == nil {
			return local
		}
	}
	return fallback
}

// SeeMarks notes that the viewer knows what the attempts of a callback say: they are no longer listed. It returns fault.NotFound for a
// callback the viewer does not see, and fault.Forbidden for who is not told of them.
func (s *Service) SeeMarks(ctx context.Context, viewer account.Viewer, callbackID int64) error {
	if !viewer.Is(account.Supervisor) && !viewer.Is(account.Admin) {
		return fault.New(fault.Forbidden, "marks_right", "only supervisors and administrators are told of marks")
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		c, err := store{tx}.callback(callbackID)
		if err != nil {
			return err
		}
		if !viewer.SeesTeam(c.TeamID) {
			return errNoCallback
		}
		return store{tx}.seeMarks(callbackID, viewer.UserID, now)
	})
	if err != nil {
		return fmt.Errorf("see the marks of callback %d: %w", callbackID, err)
	}
	return nil
}

// encode returns the answers as JSON, or "" when nothing was asked.
func (a Answers) encode() (string, error) {
	if a.Empty() {
		return "", nil
	}
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("write answers: %w", err)
	}
	return string(b), nil
}
