package queue

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

type store struct{ database.Tx }

// tryColumns is what is needed to run one try of a job.
const tryColumns = "id, kind, ref, lane, state, attempt, fence"

// nextDue returns when the first due job of a lane is to run, which may have passed, and whether there is one.
func (s store) nextDue(lane outbox.Lane) (at clock.Instant, found bool, err error) {
	var first []clock.Instant
	err = s.Gorm().Model(&outbox.Job{}).Where("state = ? AND lane = ?", outbox.Due, lane).
		Order("run_at").Limit(1).Pluck("run_at", &first).Error
	if err != nil {
		return 0, false, fmt.Errorf("look for due jobs: %w", err)
	}
	if len(first) == 0 {
		return 0, false, nil
	}
	return first[0], true, nil
}

func (s store) anyLapsed(now clock.Instant) (bool, error) {
	return s.exists("state IN ? AND lane IN ? AND run_at <= ?", inFlight(), outbox.Lanes(), now)
}

func (s store) exists(where string, args ...any) (bool, error) {
	var ids []int64
	if err := s.Gorm().Model(&outbox.Job{}).Where(where, args...).Limit(1).Pluck("id", &ids).Error; err != nil {
		return false, fmt.Errorf("look for jobs: %w", err)
	}
	return len(ids) > 0, nil
}

// inFlight is the states of jobs that were given to Redis.
func inFlight() []outbox.State { return []outbox.State{outbox.Queued, outbox.Running} }

// claimDue marks the first due jobs of the lanes queued until their lease and returns them. Two claims never return the same.
func (s store) claimDue(lanes []outbox.Lane, now, until clock.Instant, limit int) ([]outbox.Job, error) {
	var jobs []outbox.Job
	err := s.Gorm().Clauses(s.SkipLocked()...).Select(tryColumns).
		Where("state = ? AND lane IN ? AND run_at <= ?", outbox.Due, lanes, now).
		Order("run_at, id").Limit(limit).Find(&jobs).Error
	if err != nil {
		return nil, fmt.Errorf("read due jobs: %w", err)
	}
	for i := range jobs {
		jobs[i].State = outbox.Queued
	}
	return jobs, s.update(jobs, outbox.Due, map[string]any{"state": outbox.Queued, "run_at": until, "updated_at": now})
}

// claimLapsed extends the lease of jobs in flight whose lease has passed, and returns them.
func (s store) claimLapsed(now, until clock.Instant, limit int) ([]outbox.Job, error) {
	var jobs []outbox.Job
	err := s.Gorm().Clauses(s.SkipLocked()...).Select(tryColumns).
		Where("state IN ? AND lane IN ? AND run_at <= ?", inFlight(), outbox.Lanes(), now).
		Limit(limit).Find(&jobs).Error
	if err != nil {
		return nil, fmt.Errorf("read lapsed jobs: %w", err)
	}
	r := s.Gorm().Model(&outbox.Job{}).Where("id IN ? AND state IN ?", ids(jobs), inFlight()).Update("run_at", until)
	if r.Error != nil {
		return nil, fmt.Errorf("extend lapsed jobs: %w", r.Error)
	}
	return jobs, nil
}

// lapseRunning ends the leases of all running jobs.
func (s store) lapseRunning(now clock.Instant) error {
	r := s.Gorm().Model(&outbox.Job{}).Where("state = ? AND lane IN ? AND run_at > ?", outbox.Running, outbox.Lanes(), now).
		Updates(map[string]any{"run_at": now, "updated_at": now})
	if r.Error != nil {
		return fmt.Errorf("end the leases of running jobs: %w", r.Error)
	}
	return nil
}

// release takes back claimDue.
func (s store) release(jobs []outbox.Job, now clock.Instant) error {
	return s.update(jobs, outbox.Queued, map[string]any{"state": outbox.Due, "run_at": now, "updated_at": now})
}

func (s store) update(jobs []outbox.Job, from outbox.State, values map[string]any) error {
	if len(jobs) == 0 {
		return nil
	}
	r := s.Gorm().Model(&outbox.Job{}).Where("id IN ? AND state = ?", ids(jobs), from).Updates(values)
	if r.Error != nil {
		return fmt.Errorf("update jobs: %w", r.Error)
	}
	return nil
}

func ids(jobs []outbox.Job) []int64 {
	ids := make([]int64, len(jobs))
	for i := range jobs {
		ids[i] = jobs[i].ID
	}
	return ids
}

// queuedAfter returns queued jobs by id, those that were queued until an instant.
func (s store) queuedAfter(id int64, until clock.Instant, limit int) ([]outbox.Job, error) {
	var jobs []outbox.Job
	err := s.Gorm().Select(tryColumns).Where("state = ? AND id > ? AND updated_at <= ?", outbox.Queued, id, until).
		Order("id").Limit(limit).Find(&jobs).Error
	if err != nil {
		return nil, fmt.Errorf("read queued jobs: %w", err)
	}
	return jobs, nil
}

// try selects the row as long as this try of the job is open. A handler that called Begin raised the fence by one.
func (s store) try(job outbox.Job) *gorm.DB {
	return s.Gorm().Model(&outbox.Job{}).Where("id = ? AND attempt = ? AND fence BETWEEN ? AND ? AND state IN ?",
		job.ID, job.Attempt, job.Fence, job.Fence+1, inFlight())
}

// open returns the ids of the jobs whose tries are open, of at most database.MaxIn.
func (s store) open(jobs []outbox.Job) ([]int64, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	var now []outbox.Job
	if err := s.Gorm().Select(tryColumns).Where("id IN ? AND state IN ?", ids(jobs), inFlight()).Find(&now).Error; err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	tries := make(map[int64]outbox.Job, len(jobs))
	for _, j := range jobs {
		tries[j.ID] = j
	}
	return ids(slices.DeleteFunc(now, func(j outbox.Job) bool {
		try := tries[j.ID]
		return j.Attempt != try.Attempt || j.Fence > try.Fence+1
	})), nil
}

// firstDue returns when the first job is due that is not in flight, or 0.
func (s store) firstDue() (clock.Instant, error) {
	var first []string
	var args []any
	for _, lane := range outbox.Lanes() { // each the first entry of its part of the index
		first = append(first, "SELECT MIN(run_at) AS run_at FROM jobs WHERE state = ? AND lane = ?")
		args = append(args, outbox.Due, lane)
	}
	var next sql.NullInt64
	err := s.Gorm().Raw("SELECT MIN(run_at) FROM ("+strings.Join(first, " UNION ALL ")+") AS lanes", args...).Scan(&next).Error
	if err != nil {
		return 0, fmt.Errorf("look for the next job: %w", err)
	}
	return clock.Instant(next.Int64), nil
}

// failures returns how often the job failed before, or outbox.ErrStale if this try is not open any more.
func (s store) failures(job outbox.Job) (int, error) {
	var failures []int
	if err := s.try(job).Pluck("failures", &failures).Error; err != nil {
		return 0, fmt.Errorf("read job %d: %w", job.ID, err)
	}
	if len(failures) == 0 {
		return 0, outbox.ErrStale
	}
	return failures[0], nil
}

// postpone ends this try as a failure and sets the job due again.
func (s store) postpone(job outbox.Job, now, runAt clock.Instant, failures int, reason string) error {
	outbox.Wake(s.Tx, outbox.Lanes()...)
	return s.end(job, map[string]any{
		"state": outbox.Due, "run_at": runAt, "attempt": job.Attempt + 1, "failures": failures, "last_error": reason, "updated_at": now,
	})
}

// handBack sets a job due again that this process may have marked running at job.UpdatedAt and could not end. What has meanwhile
// been begun by somebody else, or was ended after all, stays as it is.
func (s store) handBack(job outbox.Job, now clock.Instant) error {
	outbox.Wake(s.Tx, outbox.Lanes()...)
	r := s.Gorm().Model(&outbox.Job{}).
		Where("id = ? AND attempt = ? AND fence = ? AND state = ? AND updated_at = ?",
			job.ID, job.Attempt, job.Fence+1, outbox.Running, job.UpdatedAt).
		Updates(map[string]any{"state": outbox.Due, "run_at": now, "attempt": job.Attempt + 1, "updated_at": now})
	if r.Error != nil {
		return fmt.Errorf("hand job %d back: %w", job.ID, r.Error)
	}
	return nil
}

// bury ends this try, and the job, as dead.
func (s store) bury(job outbox.Job, now clock.Instant, failures int, reason string) error {
	return s.end(job, map[string]any{"state": outbox.Dead, "failures": failures, "last_error": reason, "updated_at": now})
}

func (s store) end(job outbox.Job, values map[string]any) error {
	r := s.try(job).Updates(values)
	if r.Error != nil {
		return fmt.Errorf("end try of job %d: %w", job.ID, r.Error)
	}
	if r.RowsAffected == 0 {
		return outbox.ErrStale
	}
	return nil
}

// removeFinished deletes jobs in a final state that were due before an instant, at most limit, and returns how many.
func (s store) removeFinished(lane outbox.Lane, state outbox.State, before clock.Instant, limit int) (int, error) {
	var finished []int64
	err := s.Gorm().Model(&outbox.Job{}).Where("state = ? AND lane = ? AND run_at < ?", state, lane, before).
		Order("run_at").Limit(limit).Pluck("id", &finished).Error
	if err != nil {
		return 0, fmt.Errorf("read finished jobs: %w", err)
	}
	if len(finished) == 0 {
		return 0, nil
	}
	if err := s.Gorm().Where("id IN ? AND state = ?", finished, state).Delete(&outbox.Job{}).Error; err != nil {
		return 0, fmt.Errorf("remove finished jobs: %w", err)
	}
	return len(finished), nil
}

// beat writes the row of a process that works.
func (s store) beat(b workerBeat) error {
	err := s.Gorm().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "worker"}}, DoUpdates: clause.AssignmentColumns([]string{"seen_at"}),
	}).Create(&b).Error
	if err != nil {
		return fmt.Errorf("write a worker's beat: %w", err)
	}
	return nil
}

func (s store) forgetWorkers(before clock.Instant) error {
	if err := s.Gorm().Where("seen_at < ?", before).Delete(&workerBeat{}).Error; err != nil {
		return fmt.Errorf("forget workers that are gone: %w", err)
	}
	return nil
}
