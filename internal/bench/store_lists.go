package main

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// ageCallbacks makes three of four callbacks history, and the rest work in every state that is due within two weeks.
func ageCallbacks(ctx context.Context, db *database.DB, now clock.Instant) error {
	const minute = 60_000_000
	at := func(minutes string) string { return fmt.Sprintf("%d + (%s) * %d", now, minutes, minute) }
	for _, set := range []string{
		"priority = 1 + id % 5, caller_id = id % 97, created_at = " + at("id * 131 % 525600 - 525600"),
		"due_at = " + at("id * 89 % 20160 - 4320") + ", expires_at = " + at("60000"),
		"state = 'done', close_reason = 'solved', closed_at = created_at + 3600000000, wait_reason = '' WHERE id % 4 <> 0",
		"state = 'waiting', wait_reason = 'planned', ready_at = due_at WHERE id % 8 = 0",
		"state = 'waiting', wait_reason = 'paused', ready_at = due_at WHERE id % 1900 = 4",
		"state = 'claimed', lease_until = " + at("1000") + " WHERE id % 1300 = 12",
	} {
		if err := execute(ctx, db, "UPDATE callbacks SET "+set); err != nil {
			return fmt.Errorf("age callbacks: %w", err)
		}
	}
	return nil
}

// bareList reads the first page of a list in the order of its index.
func bareList(ctx context.Context, db *database.DB) error {
	var rows []callback.Callback
	return db.View(ctx).Gorm().Raw("SELECT * FROM callbacks WHERE closed_at = 0 ORDER BY due_at, id LIMIT 51").Scan(&rows).Error
}
