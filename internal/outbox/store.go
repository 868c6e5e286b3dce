package outbox

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

type store struct{ database.Tx }

func (s store) insert(jobs []Job) error {
	// Plain inserts are much cheaper for the planner's batches; only keyed ones need the conflict clause.
	g := s.Gorm()
	for i := range jobs {
		if jobs[i].DedupeKey != nil {
			g = g.Clauses(clause.OnConflict{DoNothing: true})
			break
		}
	}
	if err := g.CreateInBatches(jobs, 500).Error; err != nil {
		return fmt.Errorf("add jobs: %w", err)
	}
	return nil
}

func (s store) cancel(now clock.Instant, kind string, refs []int64) (int, error) {
	if len(refs) == 0 {
		return 0, nil
	}
	r := s.Gorm().Model(&Job{}).
		Where("kind = ? AND ref IN ? AND state IN ?", kind, refs, []State{Due, Queued, Dead}).
		Updates(map[string]any{"state": Cancelled, "updated_at": now})
	if r.Error != nil {
		return 0, fmt.Errorf("cancel %s jobs: %w", kind, r.Error)
	}
	return int(r.RowsAffected), nil
}

func (s store) open(kind string, refs []int64) (map[int64]State, error) {
	jobs, err := database.In[Job](refs, "open "+kind+" jobs", func(part []int64) *gorm.DB {
		return s.Gorm().Select("ref", "state").Where("kind = ? AND ref IN ? AND state IN ?", kind, part, OpenStates())
	})
	states := make(map[int64]State, len(jobs))
	for _, j := range jobs {
		if known, ok := states[j.Ref]; !ok || known == Dead {
			states[j.Ref] = j.State
		}
	}
	return states, err
}

// OpenAbout selects, for the row of a statement around it whose id is in a column, the jobs of a kind about it that Open would find. It is
// for those who look for few of many rows.
func OpenAbout(tx database.Tx, kind, column string) *gorm.DB {
	return tx.Gorm().Table("jobs AS about").Select("1").
		Where("about.kind = ? AND about.ref = "+column+" AND about.state IN ?", kind, OpenStates())
}

func (s store) openRefs(kind string) ([]int64, error) {
	var refs []int64
	if err := s.Gorm().Model(&Job{}).Where("kind = ? AND state IN ?", kind, OpenStates()).Pluck("ref", &refs).Error; err != nil {
		return nil, fmt.Errorf("read open %s jobs: %w", kind, err)
	}
	return refs, nil
}

func (s store) reschedule(now clock.Instant, kind string, ref int64, runAt clock.Instant) (bool, error) {
	r := s.Gorm().Model(&Job{}).
		Where("kind = ? AND ref = ? AND state IN ?", kind, ref, []State{Due, Queued}).
		Updates(map[string]any{"state": Due, "run_at": runAt, "attempt": gorm.Expr("attempt + 1"), "updated_at": now})
	if r.Error != nil {
		return false, fmt.Errorf("reschedule %s job: %w", kind, r.Error)
	}
	return r.RowsAffected > 0, nil
}

// mine selects the ticket's row as long as nobody else finished it or took it over.
func (s store) mine(t Ticket) *gorm.DB {
	return s.Gorm().Model(&Job{}).
		Where("id = ? AND attempt = ? AND fence = ? AND state IN ?", t.JobID, t.Attempt, t.Fence, []State{Queued, Running})
}

func changedOne(r *gorm.DB, what string, t Ticket) error {
	if r.Error != nil {
		return fmt.Errorf("%s job %d: %w", what, t.JobID, r.Error)
	}
	if r.RowsAffected == 0 {
		return ErrStale
	}
	return nil
}

// finish is written out: every job runs it once, and building it costs as much as sending it. The state is hidden from MySQL's
// optimizer, which would otherwise look into the index of states before it takes the row by its id.
func (s store) finish(t Ticket, state State, at clock.Instant) error {
	return changedOne(s.Gorm().Exec("UPDATE jobs SET state = ?, last_error = '', updated_at = ? "+
		"WHERE id = ? AND attempt = ? AND fence = ? AND CONCAT(state, '') IN (?, ?)",
		state, at, t.JobID, t.Attempt, t.Fence, Queued, Running), "finish", t)
}

func (s store) again(t Ticket, runAt clock.Instant) error {
	return changedOne(s.mine(t).Updates(map[string]any{
		"state": Due, "run_at": runAt, "attempt": gorm.Expr("attempt + 1"), "failures": 0, "last_error": "", "updated_at": t.At,
	}), "set again", t)
}

func (s store) renew(t Ticket, now, until clock.Instant) error {
	return changedOne(s.mine(t).Updates(map[string]any{"run_at": until, "failures": 0, "updated_at": now}), "renew", t)
}

func (s store) begin(t Ticket, fence int64, until clock.Instant) error {
	return changedOne(s.mine(t).Updates(map[string]any{"state": Running, "fence": fence, "run_at": until, "updated_at": t.At}), "begin", t)
}
