package main

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// invitation is what is stored of an invitation.
type invitation struct {
	ID         int64
	ExternalID string // of the contact
	TokenHash  string
	State      string
	Reason     string
	CreatedAt  clock.Instant
	SentAt     clock.Instant
	Answered   bool
}

func invitations(ctx context.Context, db *database.DB) (all []invitation, err error) {
	err = db.View(ctx).Gorm().Raw(`
		SELECT i.id, c.external_id, i.token_hash, i.state, i.reason, i.created_at, i.sent_at, r.id IS NOT NULL AS answered
		FROM invitations i JOIN contacts c ON c.id = i.contact_id LEFT JOIN responses r ON r.invitation_id = i.id`).Scan(&all).Error
	return all, err
}

func externalIDs(ctx context.Context, db *database.DB) (all []string, err error) {
	err = db.View(ctx).Gorm().Raw("SELECT external_id FROM contacts").Scan(&all).Error
	return all, err
}

// callback is what is stored of a callback, with how many of its attempts have an outcome.
type callback struct {
	ID       int64
	State    string
	Outcomes int
}

func callbacks(ctx context.Context, db *database.DB) (all []callback, err error) {
	err = db.View(ctx).Gorm().Raw(`SELECT c.id, c.state, COUNT(a.id) AS outcomes
		FROM callbacks c LEFT JOIN attempts a ON a.callback_id = c.id AND a.call_result <> '' GROUP BY c.id, c.state`).Scan(&all).Error
	return all, err
}

// undecided counts the resolutions that have not exactly one decision for each kind of follow-up.
func undecided(ctx context.Context, db *database.DB) (n int, err error) {
	err = db.View(ctx).Gorm().Raw(`SELECT COUNT(*) FROM (SELECT r.id FROM resolutions r LEFT JOIN decisions d ON d.resolution_id = r.id
		GROUP BY r.id HAVING COUNT(d.id) <> 2 OR COUNT(DISTINCT d.kind) <> 2) AS odd`).Scan(&n).Error
	return n, err
}

// openWork counts the jobs that are due or under way and the invitations that are not settled.
func openWork(ctx context.Context, db *database.DB) (n int, err error) {
	err = db.View(ctx).Gorm().Raw(`
		SELECT (SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running') OR (state = 'due' AND run_at <= ?))
		+ (SELECT COUNT(*) FROM invitations WHERE state IN ('planned', 'sending'))`, clock.System().Add(waitsFor)).Scan(&n).Error
	return n, err
}

// stuckJobs lists, by kind and state, the jobs that should have been done by now.
func stuckJobs(ctx context.Context, db *database.DB) (all []string, err error) {
	err = db.View(ctx).Gorm().Raw(`SELECT CONCAT(COUNT(*), ' ', kind, ' ', state, ' ', MAX(last_error)) FROM jobs
		WHERE state IN ('queued', 'running', 'dead') OR (state = 'due' AND run_at <= ?) GROUP BY kind, state`, clock.System()).
		Scan(&all).Error
	return all, err
}

// dropConnections ends every other connection to the database, as a failing switch does.
func dropConnections(ctx context.Context, db *database.DB) error {
	var ids []int64
	if err := db.View(ctx).Gorm().Raw(`SELECT id FROM information_schema.processlist
		WHERE id <> CONNECTION_ID() AND user = SUBSTRING_INDEX(CURRENT_USER(), '@', 1)`).Scan(&ids).Error; err != nil {
		return fmt.Errorf("list the connections: %w", err)
	}
	for _, id := range ids {
		_ = db.View(ctx).Gorm().Exec(fmt.Sprintf("KILL CONNECTION %d", id)).Error // it may have ended meanwhile
	}
	return nil
}
