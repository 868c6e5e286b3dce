package permission

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// event says whose standings something that was recorded may change.
type event struct {
	persons   []int64  // were contacted
	customers []int64  // said something, which counts for every record of their person
	holders   []int64  // have an address that was suppressed
	called    []string // hashes of numbers that got a marketing call: it counts for everybody who has them
	lifted    int64    // a suppression
	// of customers and holders those who may not be followed up for it, by a service callback or a survey
	refused []int64
}

// FollowUp is what is planned with customers. Package flow implements it: permission knows nobody who plans.
type FollowUp interface {
	// Refused is called in the transaction in which something was recorded that may keep follow-up away from customers, so that it is
	// looked at at once and not only when it is due.
	Refused(tx database.Tx, now clock.Instant, customerIDs []int64) error
}

// Telling returns the service, which tells f from now on.
func (s *Service) Telling(f FollowUp) *Service {
	s.followUp = f
	return s
}

// followedUp are the purposes for which something may be planned that a no must end at once.
func followedUp(p Purpose) bool { return p == ServiceCallback || p == Survey }

// JobRefused is the kind of the job that ends what is planned with a customer who may not be contacted for it any more. Its ref is the
// customer.
const JobRefused = "permission.refused"

// maxHolders is up to how many customers with one address are computed anew at once. The rows of a line that more of them share
// are marked as out of date, and computed by the refresh.
const maxHolders = 500

// changed brings the standings up to date, in the transaction of what was recorded. The persons are written first: two transactions
// that record something about one person at the same time would otherwise each compute without what the other recorded.
func (s *Service) changed(tx database.Tx, e event) error {
	holders, err := s.holdersOf(tx, e)
	if err != nil {
		return err
	}
	concerned, err := s.directory.Persons(tx, slices.Concat(e.customers, holders))
	if err != nil {
		return fmt.Errorf("whose standings change: %w", err)
	}
	persons := slices.Clone(e.persons)
	for _, id := range e.customers {
		persons = append(persons, concerned[id])
	}
	guarded := slices.Clone(persons)
	for _, person := range concerned {
		guarded = append(guarded, person)
	}
	if err := (store{tx}).guard(database.DistinctNonzero(guarded)); err != nil {
		return err
	}
	// The others on a called number are not guarded: we hold the number by now, and another may hold one of theirs and wait for it.
	called := database.Distinct(e.called)
	if err := (store{tx}).reserveAddresses(called); err != nil {
		return err
	}
	if err := (store{tx}).outdateCalled(called); err != nil {
		return err
	}
	records, err := s.restandPersons(tx, database.DistinctNonzero(persons))
	if err != nil {
		return err
	}
	if len(holders) > maxHolders {
		err = store{tx}.outdate(holders)
	} else {
		err = s.restand(tx, holders)
	}
	if err != nil {
		return err
	}
	return s.tellRefused(tx, e, concerned, records)
}

// tellRefused tells who may not be followed up any more: for what a customer said every record of their person, for a suppressed address
// whoever has it.
func (s *Service) tellRefused(tx database.Tx, e event, persons map[int64]int64, records map[int64][]int64) error {
	if s.followUp == nil || len(e.refused) == 0 {
		return nil
	}
	customers := slices.Clone(e.refused)
	for _, id := range e.refused {
		customers = append(customers, records[persons[id]]...)
	}
	return s.followUp.Refused(tx, s.now(), database.DistinctNonzero(customers))
}

// holdersOf returns the customers whose own rows may change, but not those of their whole person.
func (s *Service) holdersOf(tx database.Tx, e event) ([]int64, error) {
	holders := slices.Clone(e.holders)
	if e.lifted != 0 {
		ids, err := store{tx}.customersSuppressedBy(e.lifted)
		if err != nil {
			return nil, err
		}
		holders = append(holders, ids...)
	}
	return database.DistinctNonzero(holders), nil
}

// restandPersons computes the standings of every record of the persons, and returns the records by person.
func (s *Service) restandPersons(tx database.Tx, personIDs []int64) (map[int64][]int64, error) {
	records := make(map[int64][]int64, len(personIDs))
	for chunk := range slices.Chunk(personIDs, database.MaxIn) {
		subjects, err := s.directory.SubjectsOfPersons(tx, chunk)
		if err != nil {
			return nil, fmt.Errorf("whose standings change: %w", err)
		}
		for _, subject := range subjects {
			records[subject.PersonID] = append(records[subject.PersonID], subject.CustomerID)
		}
		if err := s.keep(tx, subjects); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// restand computes the standings of customers, and forgets those of customers who are gone.
func (s *Service) restand(tx database.Tx, customerIDs []int64) error {
	for chunk := range slices.Chunk(customerIDs, database.MaxIn) {
		found, err := s.directory.Subjects(tx, chunk)
		if err != nil {
			return fmt.Errorf("whose standings change: %w", err)
		}
		var subjects []Subject
		var gone []int64
		for _, id := range chunk {
			if subject, there := found[id]; there {
				subjects = append(subjects, subject)
			} else {
				gone = append(gone, id)
			}
		}
		if err := (store{tx}).forget(gone); err != nil {
			return err
		}
		if err := s.keep(tx, subjects); err != nil {
			return err
		}
	}
	return nil
}

// keep computes and stores every standing of the subjects as of now.
func (s *Service) keep(tx database.Tx, subjects []Subject) error {
	if len(subjects) == 0 {
		return nil
	}
	rules, err := s.newestRules(tx)
	if err != nil {
		return err
	}
	ids := make([]int64, len(subjects))
	for i, subject := range subjects {
		ids[i] = subject.CustomerID
	}
	if err := s.lockStandings(tx, subjects, ids); err != nil {
		return err
	}
	now := s.now()
	questions := make([]Question, 0, len(subjects)*len(standingKinds))
	for _, subject := range subjects {
		for _, kind := range standingKinds {
			questions = append(questions, Question{Subject: subject, Purpose: kind.purpose, Channel: kind.channel, At: now})
		}
	}
	rows, err := s.compute(tx, rules, questions)
	if err != nil {
		return err
	}
	return store{tx}.putStandings(rows)
}

// lockStandings makes others who would mark the rows of the subjects wait until this transaction ends: a mark that came between
// computing a row and storing it would be lost. Of those who have no row yet, whom nobody could mark, it locks the number instead.
func (s *Service) lockStandings(tx database.Tx, subjects []Subject, ids []int64) error {
	if tx.Dialect() != database.MySQL {
		return nil // one writer at a time anyway
	}
	locked, err := store{tx}.lockStandings(ids)
	if err != nil {
		return err
	}
	var first []Question
	for _, subject := range subjects {
		if !slices.Contains(locked, subject.CustomerID) {
			first = append(first, Question{Subject: subject, Channel: ByPhone})
		}
	}
	return s.ReserveAddresses(tx, first...)
}

// Outdate marks what is stored of customers as out of date, when something about them changed that permission does not record:
// their addresses, where they are, a complaint, who else is the same person. Call it in the transaction of the change, after writing
// it, with the persons concerned and every record of theirs.
func Outdate(tx database.Tx, personIDs, customerIDs []int64) error {
	if err := (store{tx}).guard(database.DistinctNonzero(personIDs)); err != nil {
		return err
	}
	return store{tx}.outdate(database.DistinctNonzero(customerIDs))
}

const (
	// JobRefresh is the kind of the periodic job that computes standings again whose time has come.
	JobRefresh = "permission.refresh"
	// RefreshEvery is how often it runs.
	RefreshEvery = 10 * time.Minute
)

// refreshPages bounds one run of the job; the rest is a run of its own.
const refreshPages = 100

// Refresh computes the standings again that are out of date: marked so, computed with older rules, or past their next change.
func (s *Service) Refresh(ctx context.Context, ticket outbox.Ticket) error {
	view := s.db.View(ctx)
	rules, err := s.newestRules(view)
	if err != nil {
		return err
	}
	for range refreshPages {
		page, err := store{view}.dueStandings(rules.Version, s.now(), s.db.RowsPerTx())
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return s.refreshed(ctx, ticket)
		}
		if err := s.refreshPage(ctx, page); err != nil {
			return fmt.Errorf("refresh standings: %w", err)
		}
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Again(tx, s.now()) })
}

// refreshed ends the job, and keeps the counts for a page that would read all rows.
func (s *Service) refreshed(ctx context.Context, ticket outbox.Ticket) error {
	counts, err := s.keepCounts(ctx)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		return database.PutSetting(tx, countsSetting, counts)
	})
}

func (s *Service) refreshPage(ctx context.Context, customerIDs []int64) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		persons, err := s.directory.Persons(tx, customerIDs)
		if err != nil {
			return err
		}
		ids := make([]int64, 0, len(persons))
		for _, id := range persons {
			ids = append(ids, id)
		}
		if err := (store{tx}).guard(database.DistinctNonzero(ids)); err != nil {
			return err
		}
		return s.restand(tx, customerIDs)
	})
}
