-- +goose NO TRANSACTION
-- +goose Up

-- caller_days: what a caller did on a day that is over, by the team and the kind of the callbacks: counts, and sums of times in microseconds.
-- caller_hours: how long they worked. Made from attempts, callback_changes and caller_pauses, and made again when one of those is corrected:
-- whoever loses these rows loses nothing. They name users and teams and no customer: erasure has nothing to look for here, and the figures
-- of a day outlive its attempts. 500 callers have some 60,000 rows a month.
--   primary key (day, ...): a month of everybody is one stretch of the table
--   (caller_id, day): one caller's weeks. Written at night, thousands of rows at once: no claim and no call writes here
CREATE TABLE IF NOT EXISTS caller_days (
    day INT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    attempts INT NOT NULL DEFAULT 0,
    reached INT NOT NULL DEFAULT 0,
    finished INT NOT NULL DEFAULT 0,
    handled INT NOT NULL DEFAULT 0,
    talks INT NOT NULL DEFAULT 0,
    wraps INT NOT NULL DEFAULT 0,
    skips INT NOT NULL DEFAULT 0,
    expired INT NOT NULL DEFAULT 0,
    handoffs INT NOT NULL DEFAULT 0,
    seconds INT NOT NULL DEFAULT 0,
    solved INT NOT NULL DEFAULT 0,
    handled_time BIGINT NOT NULL DEFAULT 0,
    talk_time BIGINT NOT NULL DEFAULT 0,
    wrap_time BIGINT NOT NULL DEFAULT 0,
    wrap_talk BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, caller_id, team_id, kind),
    KEY caller_days_caller_id_day (caller_id, day)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS caller_hours (
    day INT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    worked BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, caller_id),
    KEY caller_hours_caller_id_day (caller_id, day)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS caller_hours;
DROP TABLE IF EXISTS caller_days;
