package identity

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// The kinds of job about who is the same person. Intake gives a new customer the person of a known one with the same number or
// e-mail at once. Everything else is noticed afterwards, because it moves what others count by: a known customer got a number that
// another one has, two processes took the same number in at the same moment, a number turned out to be a shared line.
const (
	JobScanPersons = "persons.scan"     // every ScanEvery: finds addresses whose customers are not grouped as they should be
	JobIdentify    = "persons.identify" // ref: a customer with such an address
)

// ScanEvery is how often new addresses are looked at.
const ScanEvery = time.Minute

const (
	// settleTime is how long a transaction may have been open that wrote an address: InnoDB waits 50 seconds for a lock. An id is
	// given when a row is written, not when it is committed, so that the newest ids may have gaps that fill later.
	settleTime = 50 * time.Second
	scanPages  = 40 // of one run
	scanPage   = 500
)

// personScan is how far the search has come: every address up to ReachedID was looked at after it was committed. SeenID is the
// newest one there was at SeenAt.
type personScan struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	ReachedID int64
	SeenID    int64
	SeenAt    clock.Instant
}

// TableName names the table.
func (personScan) TableName() string { return "person_scan" }

// ScanPersons looks at every address once, some time after it was written: it brings those in their normal form that were stored in
// an earlier one, and adds a job for each line whose customers are not grouped as they should be.
func (s *Service) ScanPersons(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	now := ticket.Now(s.now)
	before, err := store{s.db.View(ctx)}.personScan()
	if err != nil {
		return err
	}
	after, stale, jobs := before, []int64(nil), []outbox.Job(nil)
	if settled := !now.Before(before.SeenAt.Add(settleTime)); settled {
		if after, stale, jobs, err = s.scanFrom(store{s.db.View(ctx)}, before, now); err != nil {
			return err
		}
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		finish := ticket.Done
		if after.ReachedID < before.SeenID && after != before {
			finish = func(tx database.Tx) error { return ticket.Again(tx, now) }
		}
		if err := finish(tx); err != nil {
			return err
		}
		if err := (store{tx}).movePersonScan(before, after); err != nil {
			return err
		}
		if err := s.respell(tx, stale); err != nil {
			return err
		}
		return outbox.Add(tx, now, jobs...)
	})
	if err != nil {
		return fmt.Errorf("scan for records of one person: %w", err)
	}
	return nil
}

// scanFrom goes through the addresses that have settled, a bounded number of them, and returns how far it came with the addresses
// that are stored in an earlier form and a job for each misgrouped line. Having come to the end it notes the newest address for the
// next time.
func (s *Service) scanFrom(st store, scan personScan, now clock.Instant) (personScan, []int64, []outbox.Job, error) {
	var odd, stale []int64
	for range scanPages {
		if scan.ReachedID >= scan.SeenID || len(stale) >= scanPage {
			break
		}
		addresses, last, err := st.addressesAfter(scan.ReachedID, scan.SeenID, scanPage)
		if err != nil {
			return scan, nil, nil, err
		}
		for _, a := range addresses {
			if s.isStale(a) {
				stale = append(stale, a.ID)
			}
		}
		more, err := st.misgroupedLines(addresses)
		if err != nil {
			return scan, nil, nil, err
		}
		odd, scan.ReachedID = append(odd, more...), last
	}
	if scan.ReachedID >= scan.SeenID {
		newest, err := st.newestAddress()
		if err != nil {
			return scan, nil, nil, err
		}
		scan.SeenID, scan.SeenAt = max(scan.SeenID, newest), now
	}
	var jobs []outbox.Job
	for _, customer := range database.DistinctNonzero(odd) {
		jobs = append(jobs, outbox.New(JobIdentify, customer, outbox.Bulk, now))
	}
	return scan, stale, jobs, nil
}
