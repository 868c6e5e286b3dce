-- +goose NO TRANSACTION
-- +goose Up

-- person_changes: the log of who became, or stopped being, the same person. Rows are only ever added.
--   unique (undoes): a change is taken back once, also when somebody clicks twice
CREATE TABLE IF NOT EXISTS person_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    person_id BIGINT NOT NULL DEFAULT 0,
    other_person_id BIGINT NOT NULL DEFAULT 0,
    moved INT NOT NULL DEFAULT 0,
    stayed INT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    reason VARCHAR(190) NOT NULL DEFAULT '',
    undoes BIGINT NULL,
    at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY person_changes_undoes (undoes)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- person_change_records: which records a change moved, and which ones it moved them to or away from.
--   primary key (change_id, customer_id): the two sides of a change
--   (customer_id, change_id): the log of a customer; what was decided by hand about two records
CREATE TABLE IF NOT EXISTS person_change_records (
    change_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    moved TINYINT(1) NOT NULL DEFAULT 0,
    PRIMARY KEY (change_id, customer_id),
    KEY person_change_records_customer_id_change_id (customer_id, change_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- person_scan: one row, how far the search for records of one person has come in customer_addresses.
CREATE TABLE IF NOT EXISTS person_scan (
    id BIGINT NOT NULL PRIMARY KEY,
    reached_id BIGINT NOT NULL DEFAULT 0,
    seen_id BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO person_scan (id) VALUES (1);

-- +goose Down
DROP TABLE IF EXISTS person_scan;
DROP TABLE IF EXISTS person_change_records;
DROP TABLE IF EXISTS person_changes;
