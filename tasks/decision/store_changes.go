package decision

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/policy"
)

// customersOf returns about whom the decisions of a resolution are.
func (s store) customersOf(resolutionID int64) ([]int64, error) {
	var customers []int64
	err := s.Gorm().Model(&Decision{}).Where("resolution_id = ?", resolutionID).
		Limit(len(policy.Kinds())).Pluck("customer_id", &customers).Error
	if err != nil {
		return nil, fmt.Errorf("read about whom resolution %d was decided: %w", resolutionID, err)
	}
	return customers, nil
}

// lockDecisions returns the decisions about a resolution by kind; nobody else decides again until the transaction ends.
func (s store) lockDecisions(resolutionID int64) (map[policy.Kind]Decision, error) {
	var rows []Decision
	err := s.Gorm().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("resolution_id = ?", resolutionID).Order("id").Limit(maxEvents).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("lock the decisions about resolution %d: %w", resolutionID, err)
	}
	decisions := make(map[policy.Kind]Decision, len(rows))
	for _, d := range rows {
		decisions[d.Kind] = d
	}
	return decisions, nil
}

// updateDecision writes what a decision has become; where it counts (resolution, kind, team, time of resolution) stays.
func (s store) updateDecision(d Decision) error {
	err := s.Gorm().Model(&Decision{}).Where("id = ? AND revision = ?", d.ID, d.Revision-1).Updates(map[string]any{
		"customer_id": d.CustomerID, "person_id": d.PersonID, "state": d.State, "reason": d.Reason, "rule": d.Rule,
		"policy_version": d.PolicyVersion, "revision": d.Revision, "due_at": d.DueAt, "allowed_from": d.AllowedFrom,
		"wait_reason": d.WaitReason, "reason_since": d.ReasonSince, "reason_evidence": d.ReasonEvidence,
		"probability_ppm": d.ProbabilityPPM, "decided_at": d.DecidedAt, "cancelled_at": d.CancelledAt, "cancel_reason": d.CancelReason,
	}).Error
	if err != nil {
		return fmt.Errorf("write decision %d: %w", d.ID, err)
	}
	return nil
}

func (s store) insertChange(change Change) error {
	if err := s.Gorm().Create(&change).Error; err != nil {
		return fmt.Errorf("add a change of decision %d: %w", change.DecisionID, err)
	}
	return nil
}

// changesOf returns what decisions were before, the oldest first.
func (s store) changesOf(decisionIDs []int64) ([]Change, error) {
	return database.In[Change](decisionIDs, "changes of decisions", func(part []int64) *gorm.DB {
		return s.Gorm().Where("decision_id IN ?", part).Order("id").Limit(maxChanges)
	})
}

// pastDecisions returns the decisions that tell something in a stretch of the past: now, or before they were made again.
func (s store) pastDecisions(p contact.Past) ([]Decision, error) {
	from := p.OfContacts(s.Tx, "decisions")
	now, err := p.Latest(s.Tx, "decisions.id", from, database.Moment{Column: "decisions.decided_at"},
		database.Moment{Column: "decisions.cancelled_at", When: "decisions.state = ?", Args: []any{Planned}})
	if err != nil {
		return nil, err
	}
	before, err := p.Latest(s.Tx, "decisions.id", func() *gorm.DB {
		return from().Joins("JOIN decision_changes ON decision_changes.decision_id = decisions.id")
	}, database.Moment{Column: "decision_changes.changed_at"}, database.Moment{Column: "decision_changes.decided_at"},
		database.Moment{Column: "decision_changes.cancelled_at", When: "decision_changes.state = ?", Args: []any{Planned}})
	if err != nil {
		return nil, err
	}
	return database.In[Decision](slices.Concat(now, before), "past decisions", func(part []int64) *gorm.DB {
		return s.Gorm().Where("id IN ?", part)
	})
}

// ToCome returns the surveys that are planned for customers and not due yet, the next one first, at most as many as the stretch has. What
// callbacks are planned, those tell themselves.
func ToCome(tx database.Tx, p contact.Past, now clock.Instant) ([]Decision, error) {
	return database.List[Decision](p.OfContacts(tx, "decisions")().Select("decisions.*").
		Where("decisions.kind = ? AND decisions.state = ? AND decisions.cancelled_at = 0 AND decisions.due_at > ?",
			policy.FollowUpSurvey, Planned, now).
		Order("decisions.due_at, decisions.id").Limit(p.Limit), "surveys to come")
}
