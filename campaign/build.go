package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// pagesPerRun bounds one delivery of the job, so that a stop waits for seconds at most.
const pagesPerRun = 20

// Build is the job that fills a snapshot, one page a transaction. Stopped anywhere and run again, even twice at once, it goes
// on after the last committed page.
//
// It first walks all customers by id and keeps those who are eligible. Then it walks the kept ones: of a person with several
// records the first stays, by who is the same person at that moment. It deletes the members of a snapshot that failed or was
// cancelled.
func (s *Service) Build(ctx context.Context, ticket outbox.Ticket, id int64) error {
	for pages := 1; ; pages++ {
		done, err := s.buildPage(ctx, ticket, id, pages == pagesPerRun)
		if err != nil {
			return s.failed(ctx, ticket, id, err)
		}
		if done || pages == pagesPerRun && ticket.JobID != 0 {
			return nil
		}
	}
}

// buildPage does and commits one page; with the last page of the snapshot the job is done, with the last page of the run it is set due
// again.
func (s *Service) buildPage(ctx context.Context, ticket outbox.Ticket, id int64, pause bool) (done bool, err error) {
	before, err := store{s.db.View(ctx)}.snapshot(id)
	if err != nil {
		return false, err
	}
	var next step
	switch {
	case before.State == Built:
		next = step{done: true}
	case before.State != Building:
		next, err = s.forget(ctx, before)
	case before.Walked:
		next, err = s.settle(ctx, ticket, before)
	default:
		next, err = s.walk(ctx, before)
	}
	if err != nil {
		return false, fmt.Errorf("build snapshot %d: %w", id, err)
	}
	return next.done, s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		switch {
		case next.done:
			err = ticket.Done(tx)
		case pause:
			err = ticket.Again(tx, ticket.Now(s.now))
		}
		if err != nil {
			return err
		}
		if before.State == Building {
			if err := (store{tx}).advance(before, next.after); err != nil {
				return err
			}
		}
		if err := (store{tx}).dropMembers(id, next.leave); err != nil {
			return err
		}
		return store{tx}.insertMembers(next.join)
	})
}

// step is one page of a build: the snapshot after the page, the members to add and the members to delete.
type step struct {
	after Snapshot
	join  []Member
	leave []int64
	done  bool // nothing is left to do
}

// walk evaluates the next page of all customers; the eligible ones join.
func (s *Service) walk(ctx context.Context, before Snapshot) (step, error) {
	w, err := before.Waterfall()
	if err != nil {
		return step{}, err
	}
	q, _, err := s.question(before.Rule, before.Reach, before.AsOf)
	if err != nil {
		return step{}, err
	}
	page, err := s.evaluate(s.db.View(ctx), q, before.CursorCustomer)
	if err != nil {
		return step{}, err
	}
	var next step
	for _, j := range page {
		w.add(j.reasons, j.allowedFrom)
		if len(j.reasons) == 0 {
			next.join = append(next.join, j.member(before))
		}
	}
	if len(page) == 0 {
		before.Walked, before.CursorCustomer = true, 0
	} else {
		before.CursorCustomer = page[len(page)-1].customer.ID
	}
	next.after, err = before.counted(w)
	return next, err
}

// settle looks at the next page of members: one whose person has an earlier record in the list leaves it.
func (s *Service) settle(ctx context.Context, ticket outbox.Ticket, before Snapshot) (step, error) {
	w, err := before.Waterfall()
	if err != nil {
		return step{}, err
	}
	view := s.db.View(ctx)
	page, err := store{view}.members(before.ID, before.CursorCustomer, pageSize)
	if err != nil {
		return step{}, err
	}
	if len(page) == 0 {
		before.State, before.FinishedAt = Built, ticket.Now(s.now)
		after, err := before.counted(w)
		return step{after: after, done: true}, err
	}
	ids := make([]int64, len(page))
	for i, m := range page {
		ids[i] = m.CustomerID
	}
	persons, err := contact.PersonsOf(view, ids)
	if err != nil {
		return step{}, err
	}
	kept, err := s.keptBefore(view, before.ID, ids[0], persons)
	if err != nil {
		return step{}, err
	}
	next := step{leave: doubles(persons, ids, kept)}
	w.addDoubles(len(next.leave))
	before.CursorCustomer = ids[len(ids)-1]
	next.after, err = before.counted(w)
	return next, err
}

// keptBefore returns which of the persons have a member before a customer.
func (s *Service) keptBefore(view database.Tx, snapshotID, customerID int64, persons map[int64]int64) (map[int64]bool, error) {
	var wanted []int64
	for _, person := range persons {
		wanted = append(wanted, person)
	}
	records, err := contact.RecordsOf(view, wanted)
	if err != nil {
		return nil, err
	}
	of := map[int64]int64{} // person by record
	var earlier []int64
	for person, ids := range records {
		for _, id := range ids {
			if id < customerID && person != 0 {
				of[id], earlier = person, append(earlier, id)
			}
		}
	}
	members, err := store{view}.membersAmong(snapshotID, earlier)
	kept := make(map[int64]bool, len(members))
	for _, id := range members {
		kept[of[id]] = true
	}
	return kept, err
}

// forget deletes a page of the members of a snapshot that was given up.
func (s *Service) forget(ctx context.Context, before Snapshot) (step, error) {
	page, err := store{s.db.View(ctx)}.members(before.ID, 0, s.db.RowsPerTx())
	next := step{done: len(page) == 0}
	for _, m := range page {
		next.leave = append(next.leave, m.CustomerID)
	}
	return next, err
}

// failed counts a try that failed. A permanent fault, or the last try, ends the snapshot as failed, so that another one can be
// made; the job then goes on to delete the members.
func (s *Service) failed(ctx context.Context, ticket outbox.Ticket, id int64, cause error) error {
	if errors.Is(cause, outbox.ErrStale) || ctx.Err() != nil {
		return cause // somebody else is at work on it, or the process stops
	}
	code := "internal"
	if f, ok := fault.Of(cause); ok {
		code = f.Code
	}
	over := false
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
		over, err = store{tx}.buildFailed(id, fault.Permanent(cause), code, ticket.Now(s.now))
		if err != nil || !over {
			return err
		}
		return ticket.Again(tx, ticket.Now(s.now))
	})
	if err != nil || !over || ticket.JobID == 0 {
		return cause
	}
	return nil
}

// counted returns the snapshot with its counts.
func (s Snapshot) counted(w Waterfall) (Snapshot, error) {
	counts, err := json.Marshal(w)
	if err != nil {
		return s, fmt.Errorf("write the counts of snapshot %d: %w", s.ID, err)
	}
	s.Base, s.Eligible, s.Counts, s.Failures = w.Base, w.Eligible, string(counts), 0
	return s, nil
}

func (j judged) member(snapshot Snapshot) Member {
	var rows []string
	if j.known.Resolution.ID != 0 {
		rows = append(rows, fmt.Sprintf("resolution %d", j.known.Resolution.ID))
	}
	if j.known.Score.ResponseID != 0 {
		rows = append(rows, fmt.Sprintf("response %d", j.known.Score.ResponseID))
	}
	return Member{
		SnapshotID: snapshot.ID, CustomerID: j.customer.ID, Address: j.subject.Address(snapshot.Channel),
		Reason: strings.Join(rows, ", "), ConsentID: j.consentID,
	}
}
