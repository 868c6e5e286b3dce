package handoff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// FollowCall does what an outcome asks for, as it stands now: a call in which the customer said that it is not solved opens a handoff, and
// one in which they complained a complaint. An outcome that was corrected since takes back what it had opened, while nobody has begun with
// it. Once more it changes nothing. What was said longer ago than maxAge opens nothing. What a second call says is followed by Settle.
func (s *Service) FollowCall(ctx context.Context, attemptID int64, maxAge time.Duration) error {
	said, err := s.callbacks.Said(ctx, attemptID)
	if err != nil {
		return err
	}
	wanted := wantedBy(said)
	known, err := OfContacts(s.db.View(ctx), []int64{said.Callback.ContactID})
	if err != nil {
		return err
	}
	opened := slices.ContainsFunc(known[said.Callback.ContactID], func(h Handoff) bool { return h.AttemptID == attemptID })
	now := s.now()
	if !opened && (len(wanted) == 0 || now.Sub(said.Attempt.EndedAt) > maxAge) {
		return nil
	}
	c, a := said.Callback, said.Attempt
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		teams, err := account.TeamsOfUsers(tx, []int64{a.CallerID})
		if err != nil {
			return err
		}
		for _, kind := range Kinds() {
			o := Opening{
				Kind: kind, ResolutionID: c.ResolutionID, CustomerID: c.CustomerID, CallbackID: c.ID, AttemptID: a.ID, Via: ViaDesk,
				OpenedBy: a.CallerID, ForCaller: a.CallerID, Said: said.Comment, Note: a.Note, SaidAt: a.EndedAt,
			}
			if of := teams[a.CallerID]; len(of) > 0 {
				o.FromTeamID = of[0]
			}
			same := func(h Handoff) bool { return h.Kind == kind && h.AttemptID == a.ID }
			if err := s.follow(tx, o, c.ContactID, slices.Contains(wanted, kind), same, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow what was said in attempt %d: %w", attemptID, err)
	}
	return nil
}

func wantedBy(said callback.Said) []Kind {
	var kinds []Kind
	if said.Solved == outcome.No && said.Callback.Kind != callback.SecondKind {
		kinds = append(kinds, Unsolved)
	}
	if said.Complaint {
		kinds = append(kinds, Complaint)
	}
	return kinds
}

// Answered is an answer of a customer to a survey, however it came in. Package survey keeps it.
type Answered struct {
	ResponseID   int64
	ResolutionID int64
	ContactID    int64
	CustomerID   int64
	Solved       *bool
	Comment      string
	Via          Via
	At           clock.Instant
}

// FollowAnswer is FollowCall for an answer that came in without a call: by link, text message, keypad, file or API. One that was revised
// since takes back what it had opened.
func (s *Service) FollowAnswer(ctx context.Context, answered Answered, maxAge time.Duration) error {
	wanted := answered.Solved != nil && !*answered.Solved
	known, err := OfContacts(s.db.View(ctx), []int64{answered.ContactID})
	if err != nil {
		return err
	}
	same := func(h Handoff) bool { return h.Kind == Unsolved && h.ResponseID == answered.ResponseID }
	now := s.now()
	if !slices.ContainsFunc(known[answered.ContactID], same) && (!wanted || now.Sub(answered.At) > maxAge) {
		return nil
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return s.follow(tx, Opening{
			Kind: Unsolved, ResolutionID: answered.ResolutionID, CustomerID: answered.CustomerID, ResponseID: answered.ResponseID,
			Via: answered.Via, Said: answered.Comment, SaidAt: answered.At,
		}, answered.ContactID, wanted, same, now)
	})
	if err != nil {
		return fmt.Errorf("follow response %d: %w", answered.ResponseID, err)
	}
	return nil
}

// follow opens what was said, or takes it back, where same tells which handoffs it has opened before.
func (s *Service) follow(
	tx database.Tx, o Opening, contactID int64, wanted bool, same func(Handoff) bool, now clock.Instant,
) error {
	st := store{tx}
	about, err := st.ofContacts([]int64{contactID})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(about, func(h Handoff) bool { return same(h) && h.Result != Withdrawn })
	switch {
	case i < 0 && !wanted:
		return nil
	case i < 0:
		if again, err := st.saidBefore(about, o); err != nil || again {
			return err
		}
		_, err = s.OpenIn(tx, o.by(), o, now)
		return err
	}
	h, err := st.lock(about[i].ID)
	if err != nil {
		return err
	}
	from := h.State
	switch {
	case wanted && (h.State == Closed || h.Said == o.Said && h.Note == o.Note):
		return nil
	case wanted: // in other words, since it was corrected
		h.Said, h.Note = o.Said, o.Note
		return s.keep(tx, &h, from, program, Entry{Act: ActCorrected, Words: joined(o.Said, o.Note)}, now)
	}
	return s.withdraw(tx, &h, now)
}

// withdraw closes a handoff of which it turned out that nobody said so, while nobody has begun with it. Otherwise its team is told.
func (s *Service) withdraw(tx database.Tx, h *Handoff, now clock.Instant) error {
	from := h.State
	switch h.State {
	case Closed:
		return nil
	case Open:
		return s.end(tx, h, program, Withdrawn, Entry{}, now)
	case Taken, Asked, Suspended, Replied:
	}
	known, err := store{tx}.logged(h.ID, ActCorrected, string(Withdrawn))
	if err != nil || known {
		return err
	}
	n := Notice{HandoffID: h.ID, Code: NoticeCorrected, Told: account.Handler, TeamID: h.TeamID, FromTeamID: h.FromTeamID, At: now}
	if err := (store{tx}).tell(n); err != nil {
		return err
	}
	return s.keep(tx, h, from, program, Entry{Act: ActCorrected, Code: string(Withdrawn)}, now)
}

// joined are the customer's words and those of whoever wrote them down.
func joined(said, note string) string {
	switch {
	case said == "" || said == note:
		return note
	case note == "":
		return said
	}
	return said + "\n" + note
}
