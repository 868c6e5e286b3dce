-- +goose Up

-- person_changes: the log of who became, or stopped being, the same person. Rows are only ever added.
--   unique (undoes): a change is taken back once, also when somebody clicks twice
CREATE TABLE IF NOT EXISTS person_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL DEFAULT '',
    person_id INTEGER NOT NULL DEFAULT 0,
    other_person_id INTEGER NOT NULL DEFAULT 0,
    moved INTEGER NOT NULL DEFAULT 0,
    stayed INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    undoes INTEGER NULL,
    at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS person_changes_undoes ON person_changes (undoes);

-- person_change_records: which records a change moved, and which ones it moved them to or away from.
--   primary key (change_id, customer_id): the two sides of a change
--   (customer_id, change_id): the log of a customer; what was decided by hand about two records
CREATE TABLE IF NOT EXISTS person_change_records (
    change_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    moved INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (change_id, customer_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS person_change_records_customer_id_change_id ON person_change_records (customer_id, change_id);

-- person_scan: one row, how far the search for records of one person has come in customer_addresses.
CREATE TABLE IF NOT EXISTS person_scan (
    id INTEGER PRIMARY KEY,
    reached_id INTEGER NOT NULL DEFAULT 0,
    seen_id INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0
);
INSERT OR IGNORE INTO person_scan (id) VALUES (1);

-- +goose Down
DROP TABLE IF EXISTS person_scan;
DROP TABLE IF EXISTS person_change_records;
DROP TABLE IF EXISTS person_changes;
