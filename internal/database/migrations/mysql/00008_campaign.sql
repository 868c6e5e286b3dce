-- +goose NO TRANSACTION
-- +goose Up

-- audiences: counts is the newest waterfall of a big one, as JSON.
--   unique (code): a built-in audience is added once; its name may be changed
--   unique (name): people tell them apart
CREATE TABLE IF NOT EXISTS audiences (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    code VARCHAR(40) NULL,
    name VARCHAR(191) NOT NULL DEFAULT '',
    purpose VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    rule MEDIUMTEXT NOT NULL,
    version INT NOT NULL DEFAULT 0,
    counts MEDIUMTEXT NOT NULL,
    counted_at BIGINT NOT NULL DEFAULT 0,
    counted_version INT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY audiences_code (code),
    UNIQUE KEY audiences_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- snapshots: an audience frozen at as_of; the cursor is where the build goes on after a stop, counts its waterfall, as JSON.
--   (audience_id, id): the snapshots of an audience
CREATE TABLE IF NOT EXISTS snapshots (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    audience_id BIGINT NOT NULL DEFAULT 0,
    audience_version INT NOT NULL DEFAULT 0,
    purpose VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    rule MEDIUMTEXT NOT NULL,
    rule_hash VARCHAR(40) NOT NULL DEFAULT '',
    policy_version INT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(191) NOT NULL DEFAULT '',
    as_of BIGINT NOT NULL DEFAULT 0,
    expected BIGINT NOT NULL DEFAULT 0,
    base BIGINT NOT NULL DEFAULT 0,
    eligible BIGINT NOT NULL DEFAULT 0,
    counts MEDIUMTEXT NOT NULL,
    cursor_person BIGINT NOT NULL DEFAULT 0,
    cursor_customer BIGINT NOT NULL DEFAULT 0,
    last_person BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    finished_at BIGINT NOT NULL DEFAULT 0,
    KEY snapshots_audience_id_id (audience_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (customer_id): recall: in which lists somebody is
CREATE TABLE IF NOT EXISTS snapshot_members (
    snapshot_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    address VARCHAR(191) NOT NULL DEFAULT '',
    reason VARCHAR(191) NOT NULL DEFAULT '',
    consent_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (snapshot_id, customer_id),
    KEY snapshot_members_customer_id (customer_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- exports: every file that left; members = row_count + the sum of left_out.
--   (snapshot_id, id): the exports of a snapshot
CREATE TABLE IF NOT EXISTS exports (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    snapshot_id BIGINT NOT NULL DEFAULT 0,
    format VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(191) NOT NULL DEFAULT '',
    policy_version INT NOT NULL DEFAULT 0,
    members BIGINT NOT NULL DEFAULT 0,
    row_count BIGINT NOT NULL DEFAULT 0,
    left_out MEDIUMTEXT NOT NULL,
    sha256 VARCHAR(191) NOT NULL DEFAULT '',
    size_bytes BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    KEY exports_snapshot_id_id (snapshot_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS exports;
DROP TABLE IF EXISTS snapshot_members;
DROP TABLE IF EXISTS snapshots;
DROP TABLE IF EXISTS audiences;
