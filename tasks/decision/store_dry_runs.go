package decision

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/policy"
)

var underWay = []DryRunState{DryRunQueued, DryRunRunning}

func (s store) insertDryRun(run *DryRun) error {
	if err := s.Gorm().Create(run).Error; err != nil {
		return fmt.Errorf("add dry run: %w", err)
	}
	return nil
}

func (s store) dryRun(id int64) (DryRun, error) {
	run, err := database.One[DryRun](s.Gorm().Where("id = ?", id), "dry run", errNoDryRun)
	if err != nil {
		return DryRun{}, err
	}
	runs := []DryRun{run}
	err = s.tellFailed(runs)
	return runs[0], err
}

// tellFailed marks the runs that are under way and whose job is dead.
func (s store) tellFailed(runs []DryRun) error {
	var open []int64
	for _, run := range runs {
		if !run.Over() {
			open = append(open, run.ID)
		}
	}
	jobs, err := outbox.Open(s.Tx, JobDryRun, open...)
	if err != nil {
		return err
	}
	for i := range runs {
		if jobs[runs[i].ID] == outbox.Dead {
			runs[i].State = DryRunFailed
		}
	}
	return nil
}

func (s store) dryRuns(policyID int64) ([]DryRun, error) {
	var runs []DryRun
	err := s.Gorm().Omit("body", "salt", "report").Where("policy_id = ?", policyID).Order("id DESC").Limit(shownDryRuns).Find(&runs).Error
	if err != nil {
		return nil, fmt.Errorf("list dry runs: %w", err)
	}
	return runs, s.tellFailed(runs)
}

func (s store) dryRunUnderWay(policyID int64) (bool, error) {
	runs, err := s.dryRuns(policyID)
	return slices.ContainsFunc(runs, func(run DryRun) bool { return !run.Over() }), err
}

// dryRunProgress writes how far a run has come, and reports whether it is still wanted.
func (s store) dryRunProgress(id int64, done int) (bool, error) {
	r := s.Gorm().
		Model(&DryRun{}).
		Where("id = ? AND state IN ?", id, underWay).
		Updates(map[string]any{"state": DryRunRunning, "done": done})
	if r.Error != nil {
		return false, fmt.Errorf("write the progress of dry run %d: %w", id, r.Error)
	}
	return r.RowsAffected > 0, nil
}

// endDryRun moves a run that is under way to its last state. A run that is over stays as it is.
func (s store) endDryRun(id int64, state DryRunState, report string, now clock.Instant) error {
	err := s.Gorm().Model(&DryRun{}).Where("id = ? AND state IN ?", id, underWay).
		Updates(map[string]any{"state": state, "report": report, "finished_at": now}).Error
	if err != nil {
		return fmt.Errorf("end dry run %d: %w", id, err)
	}
	return nil
}

// happening is what came of a resolution, and the version that decided.
type happening struct {
	outcome
	version int
}

// outcomes returns what was decided about some resolutions, and what became of it.
func (s store) outcomes(resolutions []contact.Resolution) (map[key]happening, error) {
	found := make(map[key]happening, len(policy.Kinds())*len(resolutions))
	ids := make([]int64, len(resolutions))
	for i, r := range resolutions {
		ids[i] = r.ID
		for _, kind := range policy.Kinds() {
			found[key{r.ID, kind}] = happening{outcome: outcome{reason: policy.ReasonUndecided}}
		}
	}
	rows, err := database.In[Decision](ids, "what was decided", func(part []int64) *gorm.DB {
		return s.Gorm().Select("resolution_id", "kind", "state", "rule", "reason", "policy_version", "cancelled_at", "cancel_reason").
			Where("resolution_id IN ?", part)
	})
	for _, d := range rows {
		o := outcome{rule: d.Rule, reason: d.Reason}
		if d.State == Planned && !d.CancelledAt.IsZero() {
			o.reason, o.givenUp = d.CancelReason, true
		}
		found[key{d.ResolutionID, d.Kind}] = happening{o, d.PolicyVersion}
	}
	return found, err
}
