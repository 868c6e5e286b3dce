-- +goose NO TRANSACTION
-- +goose Up

-- permission_standings: for each customer, purpose and channel what lastingly stands against contact, as the evaluator found it.
-- A row of another version of the rules, or whose next change has passed, is out of date and not believed.
--   (rules_version, next_change_at): what the refresh has to look at again: old versions, and changes that are due
--   (purpose, channel, first): counts and lists by first reason
--   (address_hash): a marketing call to a number changes what stands against everybody who has it
--   (suppression_id): lifting knows only the hash of an address, not who has it
CREATE TABLE IF NOT EXISTS permission_standings (
    customer_id BIGINT NOT NULL,
    purpose VARCHAR(40) NOT NULL,
    channel VARCHAR(40) NOT NULL,
    address_hash VARCHAR(64) NOT NULL DEFAULT '',
    suppression_id BIGINT NOT NULL DEFAULT 0,
    consent_id BIGINT NOT NULL DEFAULT 0,
    first VARCHAR(40) NOT NULL DEFAULT '',
    reasons MEDIUMTEXT NOT NULL,
    allowed_from BIGINT NOT NULL DEFAULT 0,
    next_change_at BIGINT NOT NULL DEFAULT 0,
    rules_version INT NOT NULL DEFAULT 0,
    computed_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, purpose, channel),
    KEY permission_standings_rules_version_next_change_at (rules_version, next_change_at),
    KEY permission_standings_purpose_channel_first (purpose, channel, first),
    KEY permission_standings_address_hash (address_hash),
    KEY permission_standings_suppression_id (suppression_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Customers about whom something was recorded before there were rows get one that is out of date; the refresh makes the others.
INSERT IGNORE INTO permission_standings (customer_id, purpose, channel, reasons)
SELECT customer_id, 'service_callback', 'phone', '' FROM (SELECT customer_id FROM touches UNION SELECT customer_id FROM consent_events) AS known
WHERE customer_id > 0;

-- address_guards: written first by whoever is about to contact an address, so that two people on one shared line cannot both
-- spend its last allowance. One row for each address ever contacted.
CREATE TABLE IF NOT EXISTS address_guards (
    address_hash VARCHAR(64) NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS address_guards;
DROP TABLE IF EXISTS permission_standings;
