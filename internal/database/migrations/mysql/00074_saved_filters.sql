-- +goose NO TRANSACTION
-- +goose Up

-- saved_filters: filters of the list of callbacks that somebody gave a name, as the query of its address. What is searched for is never in
-- it: it has codes, dates and ids, and no personal data. It goes with its user.
--   unique (user_id, name): one of a name for each user, and all of a user, of whom there are a few dozen at most
CREATE TABLE IF NOT EXISTS saved_filters (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL DEFAULT 0,
    name VARCHAR(60) NOT NULL DEFAULT '',
    query VARCHAR(1000) NOT NULL DEFAULT '',
    first TINYINT(1) NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY saved_filters_user_id_name (user_id, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS saved_filters;
