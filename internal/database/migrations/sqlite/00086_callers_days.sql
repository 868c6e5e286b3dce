-- +goose Up

-- caller_days: what a caller did on a day that is over, by the team and the kind of the callbacks: counts, and sums of times in microseconds.
-- caller_hours: how long they worked. Made from attempts, callback_changes and caller_pauses, and made again when one of those is corrected:
-- whoever loses these rows loses nothing. They name users and teams and no customer: erasure has nothing to look for here, and the figures
-- of a day outlive its attempts. 500 callers have some 60,000 rows a month.
--   primary key (day, ...): a month of everybody is one stretch of the table
--   (caller_id, day): one caller's weeks. Written at night, thousands of rows at once: no claim and no call writes here
CREATE TABLE IF NOT EXISTS caller_days (
    day INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    reached INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0,
    handled INTEGER NOT NULL DEFAULT 0,
    talks INTEGER NOT NULL DEFAULT 0,
    wraps INTEGER NOT NULL DEFAULT 0,
    skips INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    handoffs INTEGER NOT NULL DEFAULT 0,
    seconds INTEGER NOT NULL DEFAULT 0,
    solved INTEGER NOT NULL DEFAULT 0,
    handled_time INTEGER NOT NULL DEFAULT 0,
    talk_time INTEGER NOT NULL DEFAULT 0,
    wrap_time INTEGER NOT NULL DEFAULT 0,
    wrap_talk INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, caller_id, team_id, kind)
);
CREATE INDEX IF NOT EXISTS caller_days_caller_id_day ON caller_days (caller_id, day);

CREATE TABLE IF NOT EXISTS caller_hours (
    day INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    worked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, caller_id)
);
CREATE INDEX IF NOT EXISTS caller_hours_caller_id_day ON caller_hours (caller_id, day);

-- +goose Down
DROP TABLE IF EXISTS caller_hours;
DROP TABLE IF EXISTS caller_days;
