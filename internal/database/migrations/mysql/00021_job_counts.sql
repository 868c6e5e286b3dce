-- +goose NO TRANSACTION
-- +goose Up

-- jobs: the counts by kind and state read every job that is not done, and no row of those that are.
--   (state, lane, run_at, id, kind): as before for the relay and the sweep; the kind makes the counts a walk along the index
ALTER TABLE jobs
    DROP KEY jobs_state_lane_run_at_id,
    ADD KEY jobs_state_lane_run_at_id_kind (state, lane, run_at, id, kind);

-- +goose Down
ALTER TABLE jobs
    DROP KEY jobs_state_lane_run_at_id_kind,
    ADD KEY jobs_state_lane_run_at_id (state, lane, run_at, id);
