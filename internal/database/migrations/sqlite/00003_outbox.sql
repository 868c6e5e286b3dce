-- +goose Up

-- jobs: see the state diagram in internal/outbox.
--   unique (dedupe_key): periodic work is added once a period
--   (state, lane, run_at, id): the relay reads what is due, a lane at a time; the sweep reads what has been queued too long
--   (kind, ref): cancelling and rescheduling by what a job is about
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL DEFAULT '',
    ref INTEGER NOT NULL DEFAULT 0,
    lane TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    run_at INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    dedupe_key TEXT NULL,
    last_error TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_dedupe_key ON jobs (dedupe_key);
CREATE INDEX IF NOT EXISTS jobs_state_lane_run_at_id ON jobs (state, lane, run_at, id);
CREATE INDEX IF NOT EXISTS jobs_kind_ref ON jobs (kind, ref);

-- +goose Down
DROP TABLE IF EXISTS jobs;
