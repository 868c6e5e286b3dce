-- +goose Up

-- callbacks: slot is the caller's slot of the last claim; skips counts how often it was passed on since it was last promised or given
-- to somebody. Neither is personal data.
--   (person_id, state): a claim takes the person's other callbacks that are ready or whose lease is over, and the desk reads those that
--   are held together. A state is written a few times in a callback's life
--   (state, lease_until): a claim looks for those whose lease is over among as many as there are callers; a heartbeat writes one entry
--   (pool_id, state, priority, skips, due_at, id): a claim reads the first few of each open pool; what was skipped comes after what was
--   not. It takes the place of the index without skips
ALTER TABLE callbacks ADD COLUMN slot TEXT NOT NULL DEFAULT 'current';
ALTER TABLE callbacks ADD COLUMN skips INTEGER NOT NULL DEFAULT 0;
DROP INDEX IF EXISTS callbacks_pool_id_state_priority_due_at_id;
CREATE INDEX IF NOT EXISTS callbacks_pool_id_state_priority_skips_due_at_id
    ON callbacks (pool_id, state, priority, skips, due_at, id);
CREATE INDEX IF NOT EXISTS callbacks_person_id_state ON callbacks (person_id, state);
CREATE INDEX IF NOT EXISTS callbacks_state_lease_until ON callbacks (state, lease_until);

-- +goose Down
DROP INDEX IF EXISTS callbacks_state_lease_until;
DROP INDEX IF EXISTS callbacks_person_id_state;
DROP INDEX IF EXISTS callbacks_pool_id_state_priority_skips_due_at_id;
CREATE INDEX IF NOT EXISTS callbacks_pool_id_state_priority_due_at_id ON callbacks (pool_id, state, priority, due_at, id);
ALTER TABLE callbacks DROP COLUMN skips;
ALTER TABLE callbacks DROP COLUMN slot;
