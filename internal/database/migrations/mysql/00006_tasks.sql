-- +goose NO TRANSACTION
-- +goose Up

-- decisions: for each resolution and kind of follow-up exactly one row, for ever.
--   unique (resolution_id, kind): exactly one decision per resolution and kind
--   (decided_at, id): the decisions page, newest first
--   (kind, state, reason): the list by reason
--   (resolved_at, kind, state, reason): the sums of a period
CREATE TABLE IF NOT EXISTS decisions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    contact_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    rule VARCHAR(40) NOT NULL DEFAULT '',
    policy_version INT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    allowed_from BIGINT NOT NULL DEFAULT 0,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    decided_at BIGINT NOT NULL DEFAULT 0,
    cancelled_at BIGINT NOT NULL DEFAULT 0,
    cancel_reason VARCHAR(40) NOT NULL DEFAULT '',
    UNIQUE KEY decisions_resolution_id_kind (resolution_id, kind),
    KEY decisions_decided_at_id (decided_at, id),
    KEY decisions_kind_state_reason (kind, state, reason),
    KEY decisions_resolved_at_kind_state_reason (resolved_at, kind, state, reason),
    KEY decisions_contact_id (contact_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (team_id, skill, zone): interned
CREATE TABLE IF NOT EXISTS pools (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    team_id BIGINT NOT NULL DEFAULT 0,
    skill VARCHAR(40) NOT NULL DEFAULT '',
    zone VARCHAR(40) NOT NULL DEFAULT '',
    UNIQUE KEY pools_team_id_skill_zone (team_id, skill, zone)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (resolution_id, kind): one callback of a kind for a resolution
--   (pool_id, state, priority, due_at, id): a claim reads the first few of each open pool
--   (caller_id, state): my tasks
--   (reserved_for, state): my appointments
--   (state, due_at, id): the list of callbacks
--   (contact_id): a contact's timeline; cancelling on a reopening
CREATE TABLE IF NOT EXISTS callbacks (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    decision_id BIGINT NULL,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    priority INT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    pool_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    ready_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    reserved_for BIGINT NOT NULL DEFAULT 0,
    not_for BIGINT NOT NULL DEFAULT 0,
    wait_reason VARCHAR(40) NOT NULL DEFAULT '',
    claimed_at BIGINT NOT NULL DEFAULT 0,
    dialled_at BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    attempts INT NOT NULL DEFAULT 0,
    appointment_at BIGINT NOT NULL DEFAULT 0,
    origin_ref BIGINT NOT NULL DEFAULT 0,
    origin_value INT NOT NULL DEFAULT 0,
    origin_scale VARCHAR(20) NOT NULL DEFAULT '',
    call_result VARCHAR(40) NOT NULL DEFAULT '',
    business_result VARCHAR(40) NOT NULL DEFAULT '',
    note MEDIUMTEXT NOT NULL,
    note_for_next MEDIUMTEXT NOT NULL,
    created_at BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0,
    close_reason VARCHAR(40) NOT NULL DEFAULT '',
    UNIQUE KEY callbacks_resolution_id_kind (resolution_id, kind),
    KEY callbacks_pool_id_state_priority_due_at_id (pool_id, state, priority, due_at, id),
    KEY callbacks_caller_id_state (caller_id, state),
    KEY callbacks_reserved_for_state (reserved_for, state),
    KEY callbacks_state_due_at_id (state, due_at, id),
    KEY callbacks_contact_id (contact_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- holds: the guard row of a claim. Nobody else can hold the same person while it stands.
--   unique (caller_id): a caller holds one person at a time, also when they click twice
CREATE TABLE IF NOT EXISTS holds (
    person_id BIGINT NOT NULL PRIMARY KEY,
    callback_id BIGINT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    until_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY holds_caller_id (caller_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (caller_id, started_at): my day
CREATE TABLE IF NOT EXISTS attempts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    callback_id BIGINT NOT NULL DEFAULT 0,
    no INT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    claimed_at BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    call_result VARCHAR(40) NOT NULL DEFAULT '',
    business_result VARCHAR(40) NOT NULL DEFAULT '',
    note MEDIUMTEXT NOT NULL,
    answers MEDIUMTEXT NOT NULL,
    UNIQUE KEY attempts_callback_id_no (callback_id, no),
    KEY attempts_caller_id_started_at (caller_id, started_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- drafts: what a caller has typed and not finished; one per caller, so that a late save overwrites nobody else's.
--   (caller_id): what a caller has left
CREATE TABLE IF NOT EXISTS drafts (
    callback_id BIGINT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    body MEDIUMTEXT NOT NULL,
    saved_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (callback_id, caller_id),
    KEY drafts_caller_id (caller_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS drafts;
DROP TABLE IF EXISTS attempts;
DROP TABLE IF EXISTS holds;
DROP TABLE IF EXISTS callbacks;
DROP TABLE IF EXISTS pools;
DROP TABLE IF EXISTS decisions;
