-- +goose NO TRANSACTION
-- +goose Up

-- callbacks: slot is the caller's slot of the last claim; skips counts how often it was passed on since it was last promised or given
-- to somebody. Neither is personal data.
--   (person_id, state): a claim takes the person's other callbacks that are ready or whose lease is over, and the desk reads those that
--   are held together. A state is written a few times in a callback's life
--   (state, lease_until): a claim looks for those whose lease is over among as many as there are callers; a heartbeat writes one entry
--   (pool_id, state, priority, skips, due_at, id): a claim reads the first few of each open pool; what was skipped comes after what was
--   not. It takes the place of the index without skips
ALTER TABLE callbacks
    ADD COLUMN slot VARCHAR(40) NOT NULL DEFAULT 'current',
    ADD COLUMN skips INT NOT NULL DEFAULT 0,
    DROP KEY callbacks_pool_id_state_priority_due_at_id,
    ADD KEY callbacks_pool_id_state_priority_skips_due_at_id (pool_id, state, priority, skips, due_at, id),
    ADD KEY callbacks_person_id_state (person_id, state),
    ADD KEY callbacks_state_lease_until (state, lease_until);

-- +goose Down
ALTER TABLE callbacks
    DROP KEY callbacks_state_lease_until,
    DROP KEY callbacks_person_id_state,
    DROP KEY callbacks_pool_id_state_priority_skips_due_at_id,
    ADD KEY callbacks_pool_id_state_priority_due_at_id (pool_id, state, priority, due_at, id),
    DROP COLUMN skips, DROP COLUMN slot;
