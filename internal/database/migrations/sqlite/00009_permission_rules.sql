-- +goose Up

-- permission_rules: the rules on contact, one row for each published version, for ever; body is JSON.
--   primary key (version): one version after the other; the newest is in force, which MAX reads from the end of the key
CREATE TABLE IF NOT EXISTS permission_rules (
    version INTEGER NOT NULL PRIMARY KEY,
    body TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    published_by INTEGER NOT NULL DEFAULT 0,
    published_at INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE IF EXISTS permission_rules;
