-- +goose Up

-- freed_promises: callbacks that were kept for a caller who does not work at their time, and are anybody's since: what supervisors are told,
-- until one of them says that they know. They name users and a callback, and nothing of the customer: rows go with their callback.
--   (seen_at, id): what nobody has seen, the newest first, of which there is as much as supervisors leave
--   (callback_id): what goes with a callback
CREATE TABLE IF NOT EXISTS freed_promises (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    freed_at INTEGER NOT NULL DEFAULT 0,
    appointment_at INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0,
    seen_by INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS freed_promises_seen_at_id ON freed_promises (seen_at, id);
CREATE INDEX IF NOT EXISTS freed_promises_callback_id ON freed_promises (callback_id);

-- +goose Down
DROP TABLE IF EXISTS freed_promises;
