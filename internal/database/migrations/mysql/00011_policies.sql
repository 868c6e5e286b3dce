-- +goose NO TRANSACTION
-- +goose Up

-- policies: drafts (version NULL) and published versions of the follow-up policy. A published row never changes.
--   unique (version): a version is published once; NULLs do not meet, so there may be any number of drafts
CREATE TABLE IF NOT EXISTS policies (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    version INT NULL,
    body MEDIUMTEXT NOT NULL,
    note VARCHAR(191) NOT NULL DEFAULT '',
    salt VARCHAR(64) NOT NULL DEFAULT '',
    based_on INT NOT NULL DEFAULT 0,
    revision INT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_by BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    published_by BIGINT NOT NULL DEFAULT 0,
    published_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY policies_version (version)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- attributes: what a policy may ask of a customer besides the fixed fields. Tens of rows at most; the name is the key.
CREATE TABLE IF NOT EXISTS attributes (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    label VARCHAR(100) NOT NULL DEFAULT '',
    kind VARCHAR(40) NOT NULL DEFAULT '',
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- decision_changes: what a decision was before it was decided again; only ever appended.
--   unique (decision_id, revision): each revision is left once; a contact's story reads by decision
CREATE TABLE IF NOT EXISTS decision_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    decision_id BIGINT NOT NULL DEFAULT 0,
    revision INT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    rule VARCHAR(40) NOT NULL DEFAULT '',
    policy_version INT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    allowed_from BIGINT NOT NULL DEFAULT 0,
    reason_since BIGINT NOT NULL DEFAULT 0,
    decided_at BIGINT NOT NULL DEFAULT 0,
    cancelled_at BIGINT NOT NULL DEFAULT 0,
    cancel_reason VARCHAR(40) NOT NULL DEFAULT '',
    cause VARCHAR(40) NOT NULL DEFAULT '',
    user_id BIGINT NOT NULL DEFAULT 0,
    note VARCHAR(191) NOT NULL DEFAULT '',
    changed_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY decision_changes_decision_id_revision (decision_id, revision)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- dry_runs: a policy tried out over past resolutions, with its progress and its report. The body is the policy as it was then.
--   (policy_id, id): the runs of a draft, newest first
CREATE TABLE IF NOT EXISTS dry_runs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    policy_id BIGINT NOT NULL DEFAULT 0,
    revision INT NOT NULL DEFAULT 0,
    body MEDIUMTEXT NOT NULL,
    salt VARCHAR(64) NOT NULL DEFAULT '',
    days INT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    total INT NOT NULL DEFAULT 0,
    done INT NOT NULL DEFAULT 0,
    report MEDIUMTEXT NOT NULL,
    from_at BIGINT NOT NULL DEFAULT 0,
    to_at BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    finished_at BIGINT NOT NULL DEFAULT 0,
    KEY dry_runs_policy_id_id (policy_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS dry_runs;
DROP TABLE IF EXISTS decision_changes;
DROP TABLE IF EXISTS attributes;
DROP TABLE IF EXISTS policies;
