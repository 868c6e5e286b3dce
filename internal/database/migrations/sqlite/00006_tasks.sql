-- +goose Up

-- decisions: for each resolution and kind of follow-up exactly one row, for ever.
--   unique (resolution_id, kind): exactly one decision per resolution and kind
--   (decided_at, id): the decisions page, newest first
--   (kind, state, reason): the list by reason
--   (resolved_at, kind, state, reason): the sums of a period
CREATE TABLE IF NOT EXISTS decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    contact_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    policy_version INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    allowed_from INTEGER NOT NULL DEFAULT 0,
    resolved_at INTEGER NOT NULL DEFAULT 0,
    decided_at INTEGER NOT NULL DEFAULT 0,
    cancelled_at INTEGER NOT NULL DEFAULT 0,
    cancel_reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS decisions_resolution_id_kind ON decisions (resolution_id, kind);
CREATE INDEX IF NOT EXISTS decisions_decided_at_id ON decisions (decided_at, id);
CREATE INDEX IF NOT EXISTS decisions_kind_state_reason ON decisions (kind, state, reason);
CREATE INDEX IF NOT EXISTS decisions_resolved_at_kind_state_reason ON decisions (resolved_at, kind, state, reason);
CREATE INDEX IF NOT EXISTS decisions_contact_id ON decisions (contact_id);

--   unique (team_id, skill, zone): interned
CREATE TABLE IF NOT EXISTS pools (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id INTEGER NOT NULL DEFAULT 0,
    skill TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS pools_team_id_skill_zone ON pools (team_id, skill, zone);

--   unique (resolution_id, kind): one callback of a kind for a resolution
--   (pool_id, state, priority, due_at, id): a claim reads the first few of each open pool
--   (caller_id, state): my tasks
--   (reserved_for, state): my appointments
--   (state, due_at, id): the list of callbacks
--   (contact_id): a contact's timeline; cancelling on a reopening
CREATE TABLE IF NOT EXISTS callbacks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    decision_id INTEGER NULL,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    pool_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    ready_at INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    reserved_for INTEGER NOT NULL DEFAULT 0,
    not_for INTEGER NOT NULL DEFAULT 0,
    wait_reason TEXT NOT NULL DEFAULT '',
    claimed_at INTEGER NOT NULL DEFAULT 0,
    dialled_at INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    appointment_at INTEGER NOT NULL DEFAULT 0,
    origin_ref INTEGER NOT NULL DEFAULT 0,
    origin_value INTEGER NOT NULL DEFAULT 0,
    origin_scale TEXT NOT NULL DEFAULT '',
    call_result TEXT NOT NULL DEFAULT '',
    business_result TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    note_for_next TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER NOT NULL DEFAULT 0,
    close_reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS callbacks_resolution_id_kind ON callbacks (resolution_id, kind);
CREATE INDEX IF NOT EXISTS callbacks_pool_id_state_priority_due_at_id ON callbacks (pool_id, state, priority, due_at, id);
CREATE INDEX IF NOT EXISTS callbacks_caller_id_state ON callbacks (caller_id, state);
CREATE INDEX IF NOT EXISTS callbacks_reserved_for_state ON callbacks (reserved_for, state);
CREATE INDEX IF NOT EXISTS callbacks_state_due_at_id ON callbacks (state, due_at, id);
CREATE INDEX IF NOT EXISTS callbacks_contact_id ON callbacks (contact_id);

-- holds: the guard row of a claim. Nobody else can hold the same person while it stands.
--   unique (caller_id): a caller holds one person at a time, also when they click twice
CREATE TABLE IF NOT EXISTS holds (
    person_id INTEGER PRIMARY KEY,
    callback_id INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    until_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS holds_caller_id ON holds (caller_id);

--   (caller_id, started_at): my day
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id INTEGER NOT NULL DEFAULT 0,
    no INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    claimed_at INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    call_result TEXT NOT NULL DEFAULT '',
    business_result TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    answers TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS attempts_callback_id_no ON attempts (callback_id, no);
CREATE INDEX IF NOT EXISTS attempts_caller_id_started_at ON attempts (caller_id, started_at);

-- drafts: what a caller has typed and not finished; one per caller, so that a late save overwrites nobody else's.
--   (caller_id): what a caller has left
CREATE TABLE IF NOT EXISTS drafts (
    callback_id INTEGER NOT NULL DEFAULT 0,
    caller_id INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '',
    saved_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (callback_id, caller_id)
);
CREATE INDEX IF NOT EXISTS drafts_caller_id ON drafts (caller_id);

-- +goose Down
DROP TABLE IF EXISTS drafts;
DROP TABLE IF EXISTS attempts;
DROP TABLE IF EXISTS holds;
DROP TABLE IF EXISTS callbacks;
DROP TABLE IF EXISTS pools;
DROP TABLE IF EXISTS decisions;
