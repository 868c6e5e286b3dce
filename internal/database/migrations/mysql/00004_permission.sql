-- +goose NO TRANSACTION
-- +goose Up

--   (customer_id, purpose, channel, at): the newest event decides
CREATE TABLE IF NOT EXISTS consent_events (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id BIGINT NOT NULL DEFAULT 0,
    purpose VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    given TINYINT(1) NOT NULL DEFAULT 0,
    basis VARCHAR(40) NOT NULL DEFAULT '',
    wording VARCHAR(191) NOT NULL DEFAULT '',
    source VARCHAR(40) NOT NULL DEFAULT '',
    evidence VARCHAR(191) NOT NULL DEFAULT '',
    user_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    recorded_at BIGINT NOT NULL DEFAULT 0,
    KEY consent_events_customer_id_purpose_channel_at (customer_id, purpose, channel, at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (address_hash): every judgement looks the subject's addresses up
CREATE TABLE IF NOT EXISTS suppressions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    address_hash VARCHAR(64) NOT NULL DEFAULT '',
    kind VARCHAR(40) NOT NULL DEFAULT '',
    scope VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    evidence VARCHAR(191) NOT NULL DEFAULT '',
    user_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    until_at BIGINT NOT NULL DEFAULT 0,
    lifted_at BIGINT NOT NULL DEFAULT 0,
    KEY suppressions_address_hash (address_hash)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (person_id, at): cooldowns and marketing caps by person
--   (address_hash, at): caps by phone number
CREATE TABLE IF NOT EXISTS touches (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    address_hash VARCHAR(64) NOT NULL DEFAULT '',
    kind VARCHAR(40) NOT NULL DEFAULT '',
    purpose VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    family VARCHAR(40) NOT NULL DEFAULT '',
    ref BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    KEY touches_person_id_at (person_id, at),
    KEY touches_address_hash_at (address_hash, at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS touches;
DROP TABLE IF EXISTS suppressions;
DROP TABLE IF EXISTS consent_events;
