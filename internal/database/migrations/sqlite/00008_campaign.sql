-- +goose Up

-- audiences: counts is the newest waterfall of a big one, as JSON.
--   unique (code): a built-in audience is added once; its name may be changed
--   unique (name): people tell them apart
CREATE TABLE IF NOT EXISTS audiences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NULL,
    name TEXT NOT NULL DEFAULT '',
    purpose TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0,
    counts TEXT NOT NULL DEFAULT '',
    counted_at INTEGER NOT NULL DEFAULT 0,
    counted_version INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS audiences_code ON audiences (code);
CREATE UNIQUE INDEX IF NOT EXISTS audiences_name ON audiences (name);

-- snapshots: an audience frozen at as_of; the cursor is where the build goes on after a stop, counts its waterfall, as JSON.
--   (audience_id, id): the snapshots of an audience
CREATE TABLE IF NOT EXISTS snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    audience_id INTEGER NOT NULL DEFAULT 0,
    audience_version INTEGER NOT NULL DEFAULT 0,
    purpose TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    rule_hash TEXT NOT NULL DEFAULT '',
    policy_version INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    as_of INTEGER NOT NULL DEFAULT 0,
    expected INTEGER NOT NULL DEFAULT 0,
    base INTEGER NOT NULL DEFAULT 0,
    eligible INTEGER NOT NULL DEFAULT 0,
    counts TEXT NOT NULL DEFAULT '',
    cursor_person INTEGER NOT NULL DEFAULT 0,
    cursor_customer INTEGER NOT NULL DEFAULT 0,
    last_person INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS snapshots_audience_id_id ON snapshots (audience_id, id);

--   (customer_id): recall: in which lists somebody is
CREATE TABLE IF NOT EXISTS snapshot_members (
    snapshot_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    address TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    consent_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (snapshot_id, customer_id)
);
CREATE INDEX IF NOT EXISTS snapshot_members_customer_id ON snapshot_members (customer_id);

-- exports: every file that left; members = row_count + the sum of left_out.
--   (snapshot_id, id): the exports of a snapshot
CREATE TABLE IF NOT EXISTS exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    snapshot_id INTEGER NOT NULL DEFAULT 0,
    format TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    policy_version INTEGER NOT NULL DEFAULT 0,
    members INTEGER NOT NULL DEFAULT 0,
    row_count INTEGER NOT NULL DEFAULT 0,
    left_out TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    size_bytes INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS exports_snapshot_id_id ON exports (snapshot_id, id);

-- +goose Down
DROP TABLE IF EXISTS exports;
DROP TABLE IF EXISTS snapshot_members;
DROP TABLE IF EXISTS snapshots;
DROP TABLE IF EXISTS audiences;
