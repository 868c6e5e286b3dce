-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS audiences (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(191) NOT NULL DEFAULT '',
    purpose VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    rule MEDIUMTEXT NOT NULL,
    version INT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY audiences_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (audience_id, id): the snapshots of an audience
CREATE TABLE IF NOT EXISTS snapshots (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    audience_id BIGINT NOT NULL DEFAULT 0,
    audience_version INT NOT NULL DEFAULT 0,
    rule_hash VARCHAR(40) NOT NULL DEFAULT '',
    policy_version INT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    as_of BIGINT NOT NULL DEFAULT 0,
    base BIGINT NOT NULL DEFAULT 0,
    eligible BIGINT NOT NULL DEFAULT 0,
    counts MEDIUMTEXT NOT NULL,
    progress BIGINT NOT NULL DEFAULT 0,
    error VARCHAR(191) NOT NULL DEFAULT '',
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    finished_at BIGINT NOT NULL DEFAULT 0,
    KEY snapshots_audience_id_id (audience_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (customer_id): recall: in which lists somebody is
CREATE TABLE IF NOT EXISTS snapshot_members (
    snapshot_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    phone VARCHAR(191) NOT NULL DEFAULT '',
    email VARCHAR(191) NOT NULL DEFAULT '',
    reason VARCHAR(191) NOT NULL DEFAULT '',
    consent_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (snapshot_id, customer_id),
    KEY snapshot_members_customer_id (customer_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS exports (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    snapshot_id BIGINT NOT NULL DEFAULT 0,
    format VARCHAR(40) NOT NULL DEFAULT '',
    row_count BIGINT NOT NULL DEFAULT 0,
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
