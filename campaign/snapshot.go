package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// SnapshotState is where a snapshot is in its life.
type SnapshotState string

// The states: building → done. A snapshot never changes after that.
const (
	Building SnapshotState = "building"
	Built    SnapshotState = "done"
)

// Snapshot is an audience frozen at AsOf, with its receipt: what was asked, by which rules, and where everybody went.
type Snapshot struct {
	ID              int64
	AudienceID      int64
	AudienceVersion int
	Reach           `gorm:"embedded"`
	Rule            string
	RuleHash        string
	PolicyVersion   int // of permission's rules
	State           SnapshotState
	Reason          string // why it was made, in the words of who made it
	AsOf            clock.Instant
	Expected        int // customers when it was begun: 100 % of the progress
	Base            int
	Eligible        int
	Counts          string // the Waterfall as JSON
	CursorPerson    int64
	CursorCustomer  int64
	LastPerson      int64
	CreatedBy       int64
	CreatedAt       clock.Instant
	FinishedAt      clock.Instant
}

// Waterfall returns the counts of the receipt.
func (s Snapshot) Waterfall() (Waterfall, error) {
	var w Waterfall
	if err := json.Unmarshal([]byte(s.Counts), &w); err != nil {
		return w, fmt.Errorf("read the counts of snapshot %d: %w", s.ID, err)
	}
	return w, nil
}

// Percent returns how far the build has come, 0 to 100.
func (s Snapshot) Percent() int {
	if s.State == Built {
		return 100
	}
	return min(99, 100*s.Base/max(1, s.Expected))
}

func (s Snapshot) cursor() cursor {
	return cursor{contact.CustomerKey{PersonID: s.CursorPerson, CustomerID: s.CursorCustomer}, s.LastPerson}
}

// advanced returns the snapshot behind a page: its counts, and where the next page begins.
func (s Snapshot) advanced(w Waterfall, c cursor) (Snapshot, error) {
	counts, err := json.Marshal(w)
	if err != nil {
		return s, fmt.Errorf("write the counts of snapshot %d: %w", s.ID, err)
	}
	s.Base, s.Eligible, s.Counts = w.Base, w.Eligible, string(counts)
	s.CursorPerson, s.CursorCustomer, s.LastPerson = c.PersonID, c.CustomerID, c.LastPerson
	return s, nil
}

// Member is one customer of a snapshot: where they would be contacted, why they are in it, and the consent that permits it.
type Member struct {
	SnapshotID int64
	CustomerID int64
	Address    string // E.164 or e-mail
	Reason     string // the rows behind the rule's facts, such as "resolution 12, response 34"
	ConsentID  int64
}

// TableName names the table.
func (Member) TableName() string { return "snapshot_members" }

var errSnapshotRunning = fault.New(fault.Conflict, "snapshot_running", "a snapshot of this audience is being made already")

// Snapshot begins to freeze an audience as of now; a job does the work. The reason is kept with it. It returns fault.Conflict
// while another snapshot of the audience is being made.
func (s *Service) Snapshot(ctx context.Context, viewer account.Viewer, audienceID int64, reason string) (Snapshot, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Snapshot{}, err
	}
	now := s.now()
	expected, err := contact.CountCustomers(s.db.View(ctx), 100_000_000)
	if err != nil {
		return Snapshot{}, err
	}
	var snapshot Snapshot
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if err := st.lock(audienceID); err != nil {
			return err
		}
		a, err := st.audience(audienceID)
		if err != nil {
			return err
		}
		running, err := st.isBuilding(audienceID)
		if err != nil {
			return err
		}
		if running {
			return errSnapshotRunning
		}
		_, w, err := s.question(a.Rule, a.Reach, now)
		if err != nil {
			return err
		}
		snapshot, err = Snapshot{
			AudienceID: a.ID, AudienceVersion: a.Version, Reach: a.Reach, Rule: a.Rule, RuleHash: w.RuleHash, PolicyVersion: w.PolicyVersion,
			State: Building, Reason: reason, AsOf: now, Expected: expected, CreatedBy: viewer.UserID, CreatedAt: now,
		}.advanced(w, cursor{})
		if err != nil {
			return err
		}
		if err := st.insertSnapshot(&snapshot); err != nil {
			return err
		}
		if err := account.Audit(tx, now, viewer, "snapshot.made", "snapshot", snapshot.ID, fmt.Sprintf("audience %d, version %d", a.ID, a.Version)); err != nil {
			return err
		}
		return outbox.Add(tx, now, outbox.New(JobBuild, snapshot.ID, outbox.Bulk, now))
	})
	return snapshot, err
}

const maxReason = 190

func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > maxReason {
		return "", fault.InvalidFields(fault.Field{Name: "reason", Code: "reason_length", Problem: "must have 2 to 190 characters"})
	}
	return reason, nil
}

// pagesPerRun bounds one delivery of the job, so that a stop waits for seconds at most.
const pagesPerRun = 20

// Build is the job that fills a snapshot, page by page, each in a transaction of its own. Stopped anywhere and run again, even
// twice at once, it goes on where the last committed page ended.
func (s *Service) Build(ctx context.Context, ticket outbox.Ticket, id int64) error {
	for pages := 1; ; pages++ {
		done, err := s.buildPage(ctx, ticket, id, pages == pagesPerRun)
		if done || err != nil {
			return err
		}
		if pages == pagesPerRun && ticket.JobID != 0 {
			return nil
		}
	}
}

// buildPage evaluates and commits one page; with the last page of the snapshot the job is done, with the last page of the run it
// is set due again.
func (s *Service) buildPage(ctx context.Context, ticket outbox.Ticket, id int64, pause bool) (done bool, err error) {
	view := s.db.View(ctx)
	before, err := store{view}.snapshot(id)
	if err != nil {
		return false, err
	}
	if before.State != Building {
		return true, s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
	}
	w, err := before.Waterfall()
	if err != nil {
		return false, err
	}
	q, _, err := s.question(before.Rule, before.Reach, before.AsOf)
	if err != nil {
		return false, err
	}
	c := before.cursor()
	page, err := s.evaluate(view, q, &c)
	if err != nil {
		return false, fmt.Errorf("build snapshot %d: %w", id, err)
	}
	var members []Member
	for _, j := range page {
		w.add(j.reasons, j.allowedFrom)
		if len(j.reasons) == 0 {
			members = append(members, j.member(before))
		}
	}
	after, err := before.advanced(w, c)
	if err != nil {
		return false, err
	}
	if done = len(page) == 0; done {
		after.State, after.FinishedAt = Built, s.at(ticket)
	}
	return done, s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := s.settle(tx, ticket, done, pause); err != nil {
			return err
		}
		if err := (store{tx}).advance(before, after); err != nil {
			return err
		}
		return store{tx}.insertMembers(members)
	})
}

func (s *Service) settle(tx database.Tx, ticket outbox.Ticket, done, pause bool) error {
	switch {
	case done:
		return ticket.Done(tx)
	case pause:
		return ticket.Again(tx, s.at(ticket))
	}
	return nil
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

// Snapshots returns the newest snapshots of an audience, at most limit.
func (s *Service) Snapshots(ctx context.Context, audienceID int64, limit int) ([]Snapshot, error) {
	return store{s.db.View(ctx)}.snapshots(audienceID, limit)
}

// NewestSnapshots returns the newest snapshot of each audience that has one.
func (s *Service) NewestSnapshots(ctx context.Context) (map[int64]Snapshot, error) {
	return store{s.db.View(ctx)}.newestSnapshots()
}

// SnapshotByID returns one snapshot, or fault.NotFound.
func (s *Service) SnapshotByID(ctx context.Context, id int64) (Snapshot, error) {
	return store{s.db.View(ctx)}.snapshot(id)
}

// Members returns members of a snapshot after a customer, in the order of their ids, at most limit.
func (s *Service) Members(ctx context.Context, snapshotID, after int64, limit int) ([]Member, error) {
	return store{s.db.View(ctx)}.members(snapshotID, after, limit)
}
