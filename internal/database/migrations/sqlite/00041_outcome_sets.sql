-- +goose Up

-- outcome_sets: what may be recorded of a call and what follows, one row for each published version, for ever; document is JSON. It names
-- no customer, so that neither erasure nor retention reach it.
--   primary key (version): one version after the other; the newest is in force, which MAX reads from the end of the key
CREATE TABLE IF NOT EXISTS outcome_sets (
    version INTEGER NOT NULL PRIMARY KEY,
    document TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    published_by INTEGER NOT NULL DEFAULT 0,
    published_at INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE IF EXISTS outcome_sets;
