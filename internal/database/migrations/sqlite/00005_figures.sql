-- +goose Up

--   (folded, id): the folder reads what is not folded yet, in order; dashboards add it to the roll-ups
--   (metric, occurred_at): as-of, other zones, pairs of dimensions
--   (metric, resolved_at): the same by the time of the resolution
--   (resolution_id): corrections find what they reverse
CREATE TABLE IF NOT EXISTS score_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    metric TEXT NOT NULL DEFAULT '',
    scale TEXT NOT NULL DEFAULT '',
    sign INTEGER NOT NULL DEFAULT 0,
    value INTEGER NOT NULL DEFAULT 0,
    band INTEGER NOT NULL DEFAULT 0,
    occurred_at INTEGER NOT NULL DEFAULT 0,
    recorded_at INTEGER NOT NULL DEFAULT 0,
    resolved_at INTEGER NOT NULL DEFAULT 0,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    folded INTEGER NOT NULL DEFAULT 0,
    source_id INTEGER NOT NULL DEFAULT 0,
    agent_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    channel TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS score_entries_folded_id ON score_entries (folded, id);
CREATE INDEX IF NOT EXISTS score_entries_metric_occurred_at ON score_entries (metric, occurred_at);
CREATE INDEX IF NOT EXISTS score_entries_metric_resolved_at ON score_entries (metric, resolved_at);
CREATE INDEX IF NOT EXISTS score_entries_resolution_id ON score_entries (resolution_id);

-- rollups: day is a day of the centre's zone, in days since 1970-01-01; member is the value of the dimension, ids as text.
-- The key is in the order of the question: one metric by one dimension over a range of days.
CREATE TABLE IF NOT EXISTS rollups (
    metric TEXT NOT NULL DEFAULT '',
    scale TEXT NOT NULL DEFAULT '',
    dimension TEXT NOT NULL DEFAULT '',
    member TEXT NOT NULL DEFAULT '',
    day INTEGER NOT NULL DEFAULT 0,
    n INTEGER NOT NULL DEFAULT 0,
    low INTEGER NOT NULL DEFAULT 0,
    mid INTEGER NOT NULL DEFAULT 0,
    high INTEGER NOT NULL DEFAULT 0,
    sum INTEGER NOT NULL DEFAULT 0,
    sum_squares INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (metric, dimension, day, member, scale)
);

-- rollup_state: the one row says in which zone the days of the roll-ups begin. It is also the guard row of the folders.
CREATE TABLE IF NOT EXISTS rollup_state (
    id INTEGER PRIMARY KEY,
    zone TEXT NOT NULL DEFAULT '',
    folded_at INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE IF EXISTS rollup_state;
DROP TABLE IF EXISTS rollups;
DROP TABLE IF EXISTS score_entries;
