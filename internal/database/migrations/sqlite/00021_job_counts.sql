-- +goose Up

-- jobs: the counts by kind and state read every job that is not done, and no row of those that are.
--   (state, lane, run_at, id, kind): as before for the relay and the sweep; the kind makes the counts a walk along the index
DROP INDEX IF EXISTS jobs_state_lane_run_at_id;
CREATE INDEX IF NOT EXISTS jobs_state_lane_run_at_id_kind ON jobs (state, lane, run_at, id, kind);

-- +goose Down
DROP INDEX IF EXISTS jobs_state_lane_run_at_id_kind;
CREATE INDEX IF NOT EXISTS jobs_state_lane_run_at_id ON jobs (state, lane, run_at, id);
