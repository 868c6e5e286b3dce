-- +goose Up

-- caller_beats: when the desk of each caller was last heard of, written twice a minute at most, and under which claim they wrap up. It
-- names users of the centre and no customer: erasure has nothing to look for here, and a user is never deleted, only disabled.
--   primary key (user_id): the only way it is read, for the callers of a floor
CREATE TABLE IF NOT EXISTS caller_beats (
    user_id INTEGER PRIMARY KEY,
    seen_at INTEGER NOT NULL DEFAULT 0,
    wrap_up_at INTEGER NOT NULL DEFAULT 0,
    wrap_up_fence INTEGER NOT NULL DEFAULT 0
);

-- worker_beats: the processes that work jobs, and when each was last heard of. One that has been silent for a day is removed by the next
-- that starts. A name is made of chance: nothing of anybody is in here.
--   primary key (worker): each writes its own row; the table has as many as there are processes, and is read whole
CREATE TABLE IF NOT EXISTS worker_beats (
    worker TEXT NOT NULL PRIMARY KEY,
    started_at INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE IF EXISTS worker_beats;
DROP TABLE IF EXISTS caller_beats;
