package incident

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/tie"
)

// Free is the job that frees what an incident holds: so many persons a round while it is released, twelve rounds an hour and only while
// calls may be made, so that the queue is not flooded; everything at once when it was called off. Each person is freed with all that the
// incident holds of them, in one transaction.
func (s *Service) Free(ctx context.Context, ticket outbox.Ticket, id int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(database.Background(ctx), func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		i, err := st.lock(id, now)
		if err != nil {
			return err
		}
		if !i.Frees() {
			return ticket.Done(tx)
		}
		if opens := s.opens(i, now); opens.After(now) {
			i.NextAt = opens
			return orElse(ticket.Again(tx, opens), st.put(i))
		}
		freed, more, err := s.freeSome(tx, i, now)
		if err != nil {
			return err
		}
		if more {
			i.NextAt = now.Add(i.pause())
			return orElse(ticket.Again(tx, i.NextAt), st.put(i))
		}
		i.State, i.EndedAt, i.NextAt = i.over(), now, 0
		if err := ticket.Done(tx); err != nil {
			return err
		}
		if err := st.addEvent(Event{IncidentID: id, At: now, Kind: EventEnded, Count: freed}); err != nil {
			return err
		}
		return st.put(i)
	})
	if err != nil {
		return fmt.Errorf("free what incident %d holds: %w", id, err)
	}
	return nil
}

// spread reports whether customers are freed a few at a time.
func (i *Incident) spread() bool { return i.State == Releasing && i.PerHour > 0 }

// over is the state in which there is nothing left to free.
func (i *Incident) over() State {
	if i.State == CallingOff {
		return CalledOff
	}
	return Released
}

// round is how many persons are freed in one transaction, and pause how long after it the next one comes: a rate below twelve an hour
// frees one at a time.
func (i *Incident) round() int {
	if !i.spread() {
		return freeAtOnce
	}
	return max(1, i.PerHour/roundsAnHr)
}

func (i *Incident) pause() (d time.Duration) {
	if !i.spread() {
		return 0
	}
	return max(freeEvery, time.Hour/time.Duration(max(1, i.PerHour)))
}

// opens returns when customers may be freed: while calls may be made in the centre's zone.
func (s *Service) opens(i Incident, now clock.Instant) clock.Instant {
	if !i.spread() {
		return now
	}
	window := s.permit.Rules().CallWindow(permission.Subject{Zone: s.opts.Zone.String()}, "", now)
	if window.Open || window.OpensAt.IsZero() {
		return now
	}
	return window.OpensAt
}

// freeSome frees a round of persons, and reports how many contacts it freed and whether the incident holds more.
func (s *Service) freeSome(tx database.Tx, i Incident, now clock.Instant) (freed int, more bool, err error) {
	first, err := tie.HeldBy(tx, i.ID, i.round())
	if err != nil || len(first) == 0 {
		return 0, false, err
	}
	groups, ties, err := together(tx, i.ID, first)
	if err != nil {
		return 0, false, err
	}
	if err := tie.End(tx, tie.IDsOf(ties), tie.Freed, 0, now); err != nil {
		return 0, false, err
	}
	if err := s.goOn(tx, groups, i.State == Releasing, now); err != nil {
		return 0, false, err
	}
	left, err := tie.HeldBy(tx, i.ID, 1)
	return len(ties), len(left) > 0, err
}

// together returns the contacts of the persons of some ties, each person's as one group, with everything the incident holds of them, and
// the ties of all those.
func together(tx database.Tx, incidentID int64, first []tie.Tie) ([][]int64, []tie.Tie, error) {
	contacts, err := contact.ContactsByID(tx, tie.ContactsOf(first))
	if err != nil {
		return nil, nil, err
	}
	var customers []int64
	for _, c := range contacts {
		customers = append(customers, c.CustomerID)
	}
	persons, err := contact.PersonsOf(tx, customers)
	if err != nil {
		return nil, nil, err
	}
	records, err := contact.RecordsOf(tx, database.DistinctNonzero(slices.Collect(maps.Values(persons))))
	if err != nil {
		return nil, nil, err
	}
	all := slices.Clone(customers)
	for _, of := range records {
		all = append(all, of...)
	}
	held, err := tie.HeldTogether(tx, incidentID, all)
	if err != nil {
		return nil, nil, err
	}
	whole, err := contact.ContactsByID(tx, tie.ContactsOf(held))
	if err != nil {
		return nil, nil, err
	}
	personOf, err := contact.PersonsOf(tx, all)
	if err != nil {
		return nil, nil, err
	}
	byPerson := map[int64][]int64{}
	ties := map[int64]tie.Tie{}
	for _, t := range append(held, first...) { // a contact that retention removed meanwhile is freed too
		if _, twice := ties[t.ID]; !twice {
			ties[t.ID] = t
			person := personOf[whole[t.ContactID].CustomerID]
			byPerson[person] = append(byPerson[person], t.ContactID)
		}
	}
	groups := make([][]int64, 0, len(byPerson))
	for _, person := range slices.Sorted(maps.Keys(byPerson)) {
		groups = append(groups, byPerson[person])
	}
	return groups, slices.Collect(maps.Values(ties)), nil
}

// goOn lets the follow-up of contacts go on that were just freed. Callbacks are locked before decisions.
func (s *Service) goOn(tx database.Tx, groups [][]int64, one bool, now clock.Instant) error {
	if _, _, err := s.callbacks.Unsuspend(tx, groups, one, now); err != nil {
		return err
	}
	_, _, err := s.decisions.ReleaseSurveys(tx, groups, one, now)
	return err
}
