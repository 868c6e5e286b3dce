-- +goose Up

-- callbacks: what waited too long in a pool that needs a skill is anybody's.
--   (pool_id, state, ready_at): a caller without the skill reads the few of such a pool that have waited the longest. By the order of a
--   claim they would stand behind all that came since, which every claim would walk through. A claim writes a fifth entry by state for
--   it; where no pool needs a skill nothing reads it
CREATE INDEX IF NOT EXISTS callbacks_pool_id_state_ready_at ON callbacks (pool_id, state, ready_at);

-- +goose Down
DROP INDEX IF EXISTS callbacks_pool_id_state_ready_at;
