-- +goose Up

-- saved_filters: filters of the list of callbacks that somebody gave a name, as the query of its address. What is searched for is never in
-- it: it has codes, dates and ids, and no personal data. It goes with its user.
--   unique (user_id, name): one of a name for each user, and all of a user, of whom there are a few dozen at most
CREATE TABLE IF NOT EXISTS saved_filters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    query TEXT NOT NULL DEFAULT '',
    first INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS saved_filters_user_id_name ON saved_filters (user_id, name);

-- +goose Down
DROP TABLE IF EXISTS saved_filters;
