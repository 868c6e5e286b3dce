-- +goose NO TRANSACTION
-- +goose Up

--   (folded, id): the folder reads what is not folded yet, in order; dashboards add it to the roll-ups
--   (metric, occurred_at): as-of, other zones, pairs of dimensions
--   (metric, resolved_at): the same by the time of the resolution
--   (resolution_id): corrections find what they reverse
CREATE TABLE IF NOT EXISTS score_entries (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    metric VARCHAR(40) NOT NULL DEFAULT '',
    scale VARCHAR(40) NOT NULL DEFAULT '',
    sign TINYINT NOT NULL DEFAULT 0,
    value INT NOT NULL DEFAULT 0,
    band TINYINT NOT NULL DEFAULT 0,
    occurred_at BIGINT NOT NULL DEFAULT 0,
    recorded_at BIGINT NOT NULL DEFAULT 0,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    folded TINYINT(1) NOT NULL DEFAULT 0,
    source_id BIGINT NOT NULL DEFAULT 0,
    agent_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    channel VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    severity VARCHAR(40) NOT NULL DEFAULT '',
    KEY score_entries_folded_id (folded, id),
    KEY score_entries_metric_occurred_at (metric, occurred_at),
    KEY score_entries_metric_resolved_at (metric, resolved_at),
    KEY score_entries_resolution_id (resolution_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- rollups: day is a day of the centre's zone, in days since 1970-01-01; member is the value of the dimension, ids as text.
-- The key is in the order of the question: one metric by one dimension over a range of days.
CREATE TABLE IF NOT EXISTS rollups (
    metric VARCHAR(40) NOT NULL DEFAULT '',
    scale VARCHAR(40) NOT NULL DEFAULT '',
    dimension VARCHAR(40) NOT NULL DEFAULT '',
    member VARCHAR(191) NOT NULL DEFAULT '',
    day INT NOT NULL DEFAULT 0,
    n BIGINT NOT NULL DEFAULT 0,
    low BIGINT NOT NULL DEFAULT 0,
    mid BIGINT NOT NULL DEFAULT 0,
    high BIGINT NOT NULL DEFAULT 0,
    sum BIGINT NOT NULL DEFAULT 0,
    sum_squares BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (metric, dimension, day, member, scale)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- rollup_state: the one row says in which zone the days of the roll-ups begin. It is also the guard row of the folders.
CREATE TABLE IF NOT EXISTS rollup_state (
    id BIGINT NOT NULL PRIMARY KEY,
    zone VARCHAR(64) NOT NULL DEFAULT '',
    folded_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS rollup_state;
DROP TABLE IF EXISTS rollups;
DROP TABLE IF EXISTS score_entries;
