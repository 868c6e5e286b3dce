-- +goose NO TRANSACTION
-- +goose Up

-- jobs: see the state diagram in internal/outbox.
--   unique (dedupe_key): periodic work is added once a period
--   (state, lane, run_at, id): the relay reads what is due, a lane at a time; the sweep reads what has been queued too long
--   (kind, ref): cancelling and rescheduling by what a job is about
CREATE TABLE IF NOT EXISTS jobs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    ref BIGINT NOT NULL DEFAULT 0,
    lane VARCHAR(40) NOT NULL DEFAULT '',
    state VARCHAR(40) NOT NULL DEFAULT '',
    run_at BIGINT NOT NULL DEFAULT 0,
    attempt INT NOT NULL DEFAULT 0,
    failures INT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    dedupe_key VARCHAR(191) NULL,
    last_error VARCHAR(191) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY jobs_dedupe_key (dedupe_key),
    KEY jobs_state_lane_run_at_id (state, lane, run_at, id),
    KEY jobs_kind_ref (kind, ref)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS jobs;
