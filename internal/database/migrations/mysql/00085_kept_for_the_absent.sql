-- +goose NO TRANSACTION
-- +goose Up

-- freed_promises: callbacks that were kept for a caller who does not work at their time, and are anybody's since: what supervisors are told,
-- until one of them says that they know. They name users and a callback, and nothing of the customer: rows go with their callback.
--   (seen_at, id): what nobody has seen, the newest first, of which there is as much as supervisors leave
--   (callback_id): what goes with a callback
CREATE TABLE IF NOT EXISTS freed_promises (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    callback_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    caller_id BIGINT NOT NULL DEFAULT 0,
    freed_at BIGINT NOT NULL DEFAULT 0,
    appointment_at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    seen_by BIGINT NOT NULL DEFAULT 0,
    KEY freed_promises_seen_at_id (seen_at, id),
    KEY freed_promises_callback_id (callback_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS freed_promises;
