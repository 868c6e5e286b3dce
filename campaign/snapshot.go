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

// The states: building → done, failed or cancelled. A snapshot never changes after that; one that was not done has no members.
const (
	Building  SnapshotState = "building"
	Built     SnapshotState = "done"
	Failed    SnapshotState = "failed"
	Cancelled SnapshotState = "cancelled"
)

// Snapshot is an audience frozen at AsOf, with its receipt: the rule, the version of permission's rules, and the counts.
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
	Expected        int // customers when it was begun, counted up to MostExpected+1: 100 % of the progress
	Base            int
	Eligible        int
	Counts          string // the Waterfall as JSON
	CursorCustomer  int64  // how far the walk over all customers has come, then the one over those who were found
	Walked          bool   // the first walk is over
	Failures        int    // tries in a row that failed
	Error           string // of a failed one: the code of the fault; empty when it was begun by an older version
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

// MostExpected is up to how many customers are counted to show how far a snapshot is.
const MostExpected = 1_000_000

// Percent returns how far the build has come, 0 to 100.
func (s Snapshot) Percent() int {
	if s.State == Built {
		return 100
	}
	return min(99, 100*s.Base/max(1, s.Expected))
}

// Member is one customer of a snapshot, with the address, the rows behind the rule's facts, and the consent that permits
// contact.
type Member struct {
	SnapshotID int64
	CustomerID int64
	Address    string // E.164 or e-mail
	Reason     string // the rows behind the rule's facts, such as "resolution 12, response 34"
	ConsentID  int64
}

// TableName names the table.
func (Member) TableName() string { return "snapshot_members" }

var errNotBuilding = fault.New(fault.Conflict, "snapshot_not_building", "the snapshot is not being made any more")

var errSnapshotRunning = fault.New(fault.Conflict, "snapshot_running", "a snapshot of this audience is being made already")

// Snapshot begins to freeze an audience as of now and returns the snapshot in state building; the job Build fills it. The
// reason is stored with it. It returns fault.Invalid for a reason of less than 2 or more than 190 characters, fault.NotFound
// for an unknown audience, and fault.Conflict while another snapshot of the audience is being built.
func (s *Service) Snapshot(ctx context.Context, viewer account.Viewer, audienceID int64, reason string) (Snapshot, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Snapshot{}, err
	}
	now := s.now()
	expected, err := contact.CountCustomers(s.db.View(ctx), MostExpected+1)
	if err != nil {
		return Snapshot{}, err
	}
	var snapshot Snapshot
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if err := database.Guard(tx, fmt.Sprintf("snapshot of audience %d", audienceID)); err != nil {
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
		counts, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("write the counts of a snapshot: %w", err)
		}
		snapshot = Snapshot{
			AudienceID: a.ID, AudienceVersion: a.Version, Reach: a.Reach,
			Rule: a.Rule, RuleHash: w.RuleHash, PolicyVersion: w.PolicyVersion,
			State: Building, Reason: reason, AsOf: now, Expected: expected,
			Counts: string(counts), CreatedBy: viewer.UserID, CreatedAt: now,
		}
		if err := st.insertSnapshot(&snapshot); err != nil {
			return err
		}
		of := account.Detail(map[string]any{"audience": a.ID, "version": a.Version})
		if err := account.Audit(tx, now, viewer, "snapshot.made", "snapshot", snapshot.ID, of); err != nil {
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

// CancelSnapshot gives up a snapshot that is being built; the job deletes the members it has so far. It returns fault.Conflict
// for a snapshot that is not being built any more.
func (s *Service) CancelSnapshot(ctx context.Context, viewer account.Viewer, id int64) error {
	now := s.now()
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).endBuild(id, Cancelled, "", now); err != nil {
			return err
		}
		if err := account.Audit(tx, now, viewer, "snapshot.cancelled", "snapshot", id, ""); err != nil {
			return err
		}
		return outbox.Add(tx, now, outbox.New(JobBuild, id, outbox.Bulk, now)) // the first one may have come to its end
	})
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

// Members returns up to limit members of a snapshot in the order of customer ids, those after the given id; 0 begins. A
// snapshot that is not done may still lose members.
func (s *Service) Members(ctx context.Context, snapshotID, after int64, limit int) ([]Member, error) {
	return store{s.db.View(ctx)}.members(snapshotID, after, limit)
}
