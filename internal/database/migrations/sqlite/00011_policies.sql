-- +goose Up

-- policies: drafts (version NULL) and published versions of the follow-up policy. A published row never changes.
--   unique (version): a version is published once; NULLs do not meet, so there may be any number of drafts
CREATE TABLE IF NOT EXISTS policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NULL,
    body TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    salt TEXT NOT NULL DEFAULT '',
    based_on INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    updated_by INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0,
    published_by INTEGER NOT NULL DEFAULT 0,
    published_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS policies_version ON policies (version);

-- attributes: what a policy may ask of a customer besides the fixed fields. Tens of rows at most; the name is the key.
CREATE TABLE IF NOT EXISTS attributes (
    name TEXT PRIMARY KEY,
    label TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0
);

-- decision_changes: what a decision was before it was decided again; only ever appended.
--   unique (decision_id, revision): each revision is left once; a contact's story reads by decision
CREATE TABLE IF NOT EXISTS decision_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    decision_id INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    policy_version INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    allowed_from INTEGER NOT NULL DEFAULT 0,
    reason_since INTEGER NOT NULL DEFAULT 0,
    decided_at INTEGER NOT NULL DEFAULT 0,
    cancelled_at INTEGER NOT NULL DEFAULT 0,
    cancel_reason TEXT NOT NULL DEFAULT '',
    cause TEXT NOT NULL DEFAULT '',
    user_id INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS decision_changes_decision_id_revision ON decision_changes (decision_id, revision);

-- dry_runs: a policy tried out over past resolutions, with its progress and its report. The body is the policy as it was then.
--   (policy_id, id): the runs of a draft, newest first
CREATE TABLE IF NOT EXISTS dry_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    policy_id INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '',
    salt TEXT NOT NULL DEFAULT '',
    days INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    total INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    report TEXT NOT NULL DEFAULT '',
    from_at INTEGER NOT NULL DEFAULT 0,
    to_at INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS dry_runs_policy_id_id ON dry_runs (policy_id, id);

-- +goose Down
DROP TABLE IF EXISTS dry_runs;
DROP TABLE IF EXISTS decision_changes;
DROP TABLE IF EXISTS attributes;
DROP TABLE IF EXISTS policies;
