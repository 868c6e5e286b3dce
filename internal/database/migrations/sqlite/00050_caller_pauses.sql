-- +goose Up

-- caller_pauses: when callers took no callbacks, and why. It names users of the centre and no customer: erasure has nothing to look for
-- here, and a user is never deleted, only disabled.
--   unique (user_id, ended_at): one pause without an end (0) for each caller, whoever clicks twice; the desk reads that one
--   (user_id, began_at): a caller's day
CREATE TABLE IF NOT EXISTS caller_pauses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL DEFAULT 0,
    began_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS caller_pauses_user_id_ended_at ON caller_pauses (user_id, ended_at);
CREATE INDEX IF NOT EXISTS caller_pauses_user_id_began_at ON caller_pauses (user_id, began_at);

-- +goose Down
DROP TABLE IF EXISTS caller_pauses;
