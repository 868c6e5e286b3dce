-- +goose NO TRANSACTION
-- +goose Up

-- permission_rules: the rules on contact, one row for each published version, for ever; body is JSON.
--   primary key (version): one version after the other; the newest is in force, which MAX reads from the end of the key
CREATE TABLE IF NOT EXISTS permission_rules (
    version BIGINT NOT NULL PRIMARY KEY,
    body MEDIUMTEXT NOT NULL,
    note VARCHAR(190) NOT NULL DEFAULT '',
    published_by BIGINT NOT NULL DEFAULT 0,
    published_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS permission_rules;
