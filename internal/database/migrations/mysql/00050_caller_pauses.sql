-- +goose NO TRANSACTION
-- +goose Up

-- caller_pauses: when callers took no callbacks, and why. It names users of the centre and no customer: erasure has nothing to look for
-- here, and a user is never deleted, only disabled.
--   unique (user_id, ended_at): one pause without an end (0) for each caller, whoever clicks twice; the desk reads that one
--   (user_id, began_at): a caller's day
CREATE TABLE IF NOT EXISTS caller_pauses (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL DEFAULT 0,
    began_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    reason VARCHAR(40) NOT NULL DEFAULT '',
    UNIQUE KEY caller_pauses_user_id_ended_at (user_id, ended_at),
    KEY caller_pauses_user_id_began_at (user_id, began_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS caller_pauses;
