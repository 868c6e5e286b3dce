-- +goose Up

-- callbacks: what waited too long in a pool that needs a skill is anybody's. offered_at says since when a callback can be had in its pool,
-- open_at from when that is; both are about the work, not the customer, and go with the callback. What is open already in such a pool waits
-- for two hours, which is what a centre begins with. No personal data.
--   (pool_id, state, open_at): a caller without the skill reads the few of such a pool that have been open the longest. By the order of a
--   claim they would stand behind all that came since, which every claim would walk through. A claim writes a fifth entry by state for
--   it; where no pool needs a skill nothing reads it
ALTER TABLE callbacks ADD COLUMN offered_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE callbacks ADD COLUMN open_at INTEGER NOT NULL DEFAULT 0;
UPDATE callbacks SET open_at = MIN(ready_at + 7200000000, due_at, (ready_at + expires_at) >> 1)
WHERE state IN ('waiting', 'ready', 'claimed') AND pool_id IN (SELECT id FROM pools WHERE skill_id <> 0);
CREATE INDEX IF NOT EXISTS callbacks_pool_id_state_open_at ON callbacks (pool_id, state, open_at);

-- +goose Down
DROP INDEX IF EXISTS callbacks_pool_id_state_open_at;
ALTER TABLE callbacks DROP COLUMN open_at;
ALTER TABLE callbacks DROP COLUMN offered_at;
