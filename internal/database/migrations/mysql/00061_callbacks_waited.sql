-- +goose NO TRANSACTION
-- +goose Up

-- callbacks: what waited too long in a pool that needs a skill is anybody's. offered_at says since when a callback can be had in its pool,
-- open_at from when that is; both are about the work, not the customer, and go with the callback. What is open already in such a pool waits
-- for two hours, which is what a centre begins with. No personal data.
--   (pool_id, state, open_at): a caller without the skill reads the few of such a pool that have been open the longest. By the order of a
--   claim they would stand behind all that came since, which every claim would walk through. A claim writes a fifth entry by state for
--   it; where no pool needs a skill nothing reads it
ALTER TABLE callbacks
    ADD COLUMN offered_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN open_at BIGINT NOT NULL DEFAULT 0,
    ADD KEY callbacks_pool_id_state_open_at (pool_id, state, open_at);
UPDATE callbacks SET open_at = LEAST(ready_at + 7200000000, due_at, (ready_at + expires_at) >> 1)
WHERE state IN ('waiting', 'ready', 'claimed') AND pool_id IN (SELECT id FROM pools WHERE skill_id <> 0);

-- +goose Down
ALTER TABLE callbacks
    DROP KEY callbacks_pool_id_state_open_at,
    DROP COLUMN open_at,
    DROP COLUMN offered_at;
