package incident

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/text"
	"aftercall/internal/tie"
	"aftercall/tasks/policy"
)

// Tie ties those of the contacts that were just resolved to the active incidents whose rules match them. It is called in the transaction
// that plans their follow-up. Where no incident is under way it takes one query.
//
// Lock order: it writes the rows of the incidents that match before anything else is locked.
func (s *Service) Tie(tx database.Tx, resolutions []contact.Resolution, now clock.Instant) error {
	active, err := store{tx}.inState(Active)
	if err != nil || len(active) == 0 {
		return err
	}
	active = slices.DeleteFunc(active, func(i Incident) bool { return i.Rule == "" })
	matched, err := s.matched(tx, active, resolutions, now)
	if err != nil {
		return err
	}
	for n, i := range active {
		if len(matched[n]) == 0 {
			continue
		}
		holds, err := store{tx}.guard(i.ID, now)
		if err != nil {
			return err
		}
		if !holds {
			continue // it was released a moment ago
		}
		if _, err := s.hold(tx, tie.Tie{IncidentID: i.ID, TiedAt: now}, i, matched[n], now); err != nil {
			return err
		}
	}
	return nil
}

// matched returns for each incident which of the contacts that were resolved are its own.
func (s *Service) matched(tx database.Tx, incidents []Incident, resolutions []contact.Resolution, now clock.Instant) ([][]int64, error) {
	matched := make([][]int64, len(incidents))
	if len(incidents) == 0 || len(resolutions) == 0 {
		return matched, nil
	}
	ids := make([]int64, len(resolutions))
	facts := make([]*policy.Facts, len(resolutions))
	for n, r := range resolutions {
		ids[n], facts[n] = r.ContactID, &policy.Facts{Now: now, Resolution: r}
	}
	contacts, err := contact.ContactsByID(tx, ids)
	if err != nil {
		return nil, err
	}
	filters := make([]policy.Filter, len(incidents))
	for n := range incidents {
		filters[n] = incidents[n].Filter()
	}
	holds, err := s.policies.Filtered(tx, filters, facts)
	if err != nil {
		return nil, err
	}
	for n := range incidents {
		i := &incidents[n]
		for m, r := range resolutions {
			c := contacts[r.ContactID]
			if len(filters[n]) > 0 && holds[n][m] && i.covers(cmp.Or(c.OpenedAt, c.ReceivedAt)) && (i.TeamID == 0 || i.TeamID == r.TeamID) {
				matched[n] = append(matched[n], r.ContactID)
			}
		}
	}
	return matched, nil
}

// hold ties contacts to an incident whose row is written, suspends their callbacks and plans the notices to their customers. It returns how
// many contacts are held now that were not.
func (s *Service) hold(tx database.Tx, t tie.Tie, i Incident, contactIDs []int64, now clock.Instant) (int, error) {
	added, err := tie.Add(tx, t, contactIDs)
	if err != nil || len(added) == 0 {
		return 0, err
	}
	if _, err := s.callbacks.Suspend(tx, added, now); err != nil {
		return 0, err
	}
	return len(added), s.planNotices(tx, i, added, now)
}

// TieBefore is the job that ties what was resolved before an incident began, some hundreds of resolutions a transaction. A supervisor who
// ends the incident meanwhile ends it too.
func (s *Service) TieBefore(ctx context.Context, ticket outbox.Ticket, id int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(database.Background(ctx), func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		i, err := st.lock(id, now)
		if err != nil {
			return err
		}
		if !i.Holds() || i.Rule == "" {
			i.ScannedAt = now
			return orElse(ticket.Done(tx), st.put(i))
		}
		resolutions, err := contact.ResolvedAfter(tx, contact.ResolvedKey{At: i.ScanAt, ID: i.ScanID}, now, tieAtOnce)
		if err != nil {
			return err
		}
		done := len(resolutions) < tieAtOnce
		if done {
			err = ticket.Done(tx)
		} else {
			err = ticket.Again(tx, now)
		}
		if err != nil {
			return err
		}
		if len(resolutions) > 0 {
			last := resolutions[len(resolutions)-1]
			i.ScanAt, i.ScanID = last.ResolvedAt, last.ID
		}
		matched, err := s.matched(tx, []Incident{i}, standing(resolutions), now)
		if err != nil {
			return err
		}
		if _, err := s.hold(tx, tie.Tie{IncidentID: id, TiedAt: now}, i, matched[0], now); err != nil {
			return err
		}
		if done {
			i.ScannedAt = now
			held, err := st.counts(id)
			if err != nil {
				return err
			}
			if err := st.addEvent(Event{IncidentID: id, At: now, Kind: EventScanned, Count: held.Held}); err != nil {
				return err
			}
		}
		return st.put(i)
	})
	if err != nil {
		return fmt.Errorf("tie contacts to incident %d: %w", id, err)
	}
	return nil
}

// standing leaves out the resolutions that a reopening undid: there is nothing to hold.
func standing(resolutions []contact.Resolution) []contact.Resolution {
	return slices.DeleteFunc(slices.Clone(resolutions), func(r contact.Resolution) bool { return !r.ReopenedAt.IsZero() })
}

// Named is what became of contacts that somebody named.
type Named struct {
	Tied    int      // held now, and not before
	Already int      // held before
	Unknown []string // no contact the viewer sees has that number
}

// TieNamed ties contacts to an active incident by their numbers at the source, at most 200 at once. It returns fault.Invalid without any,
// and fault.Conflict for an incident that is not active.
func (s *Service) TieNamed(ctx context.Context, viewer account.Viewer, id int64, numbers []string) (named Named, err error) {
	wanted := make([]string, 0, len(numbers))
	for _, number := range numbers {
		if number = text.ID(strings.TrimSpace(number)); number != "" && !slices.Contains(wanted, number) {
			wanted = append(wanted, number)
		}
	}
	if len(wanted) == 0 || len(wanted) > maxNamed {
		return Named{}, fault.InvalidFields(fault.Field{
			Name: "numbers", Code: "incident_numbers", Problem: "give 1 to 200 ticket numbers",
		})
	}
	err = s.change(ctx, viewer, id, EventTied, "", []State{Active}, func(tx database.Tx, i *Incident, e *Event, now clock.Instant) error {
		contacts, err := contact.Named(tx, viewer, wanted)
		if err != nil {
			return err
		}
		named = Named{}
		known := make(map[string]bool, len(contacts))
		ids := make([]int64, len(contacts))
		for n, c := range contacts {
			known[c.ExternalID], ids[n] = true, c.ID
		}
		for _, number := range wanted {
			if !known[number] {
				named.Unknown = append(named.Unknown, number)
			}
		}
		if len(ids) == 0 {
			return fault.InvalidFields(fault.Field{
				Name: "numbers", Code: "incident_none", Problem: "no contact has one of these numbers",
				Value: fault.Shorten(wanted[0], fault.MaxShown),
			})
		}
		t := tie.Tie{IncidentID: id, ByHand: true, UserID: viewer.UserID, TiedAt: now}
		named.Tied, err = s.hold(tx, t, *i, ids, now)
		named.Already, e.Count = len(ids)-named.Tied, named.Tied
		return err
	})
	return named, err
}

// TieContact ties one contact the viewer sees to an active incident. Once more it changes nothing.
func (s *Service) TieContact(ctx context.Context, viewer account.Viewer, id, contactID int64) error {
	return s.change(ctx, viewer, id, EventTied, "", []State{Active}, func(tx database.Tx, i *Incident, e *Event, now clock.Instant) error {
		if err := seesContact(tx, viewer, contactID); err != nil {
			return err
		}
		t := tie.Tie{IncidentID: id, ByHand: true, UserID: viewer.UserID, TiedAt: now}
		var err error
		e.Count, err = s.hold(tx, t, *i, []int64{contactID}, now)
		return err
	})
}

// Remove says why a contact is no part of the incident after all: its follow-up goes on as it was, and the rule does not tie it again. It
// returns fault.NotFound for a contact that is not held by it.
func (s *Service) Remove(ctx context.Context, viewer account.Viewer, id, contactID int64, why string) error {
	if err := checkWhy(&why); err != nil {
		return err
	}
	return s.change(ctx, viewer, id, EventRemoved, why, []State{Active, Releasing},
		func(tx database.Tx, _ *Incident, e *Event, now clock.Instant) error {
			if err := seesContact(tx, viewer, contactID); err != nil {
				return err
			}
			ties, err := tie.ByContacts(tx, id, []int64{contactID})
			if err != nil {
				return err
			}
			if len(ties) == 0 || ties[0].State != tie.Held {
				return errNoContact
			}
			e.Count = 1
			if err := tie.End(tx, tie.IDsOf(ties), tie.Removed, viewer.UserID, now); err != nil {
				return err
			}
			return s.goOn(tx, [][]int64{{contactID}}, false, now)
		})
}

func seesContact(tx database.Tx, viewer account.Viewer, contactID int64) error {
	visible, err := contact.Visible(tx, viewer, []int64{contactID})
	if err == nil && len(visible) == 0 {
		err = errNoContact
	}
	return err
}
