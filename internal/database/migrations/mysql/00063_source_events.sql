-- +goose NO TRANSACTION
-- +goose Up

-- source_events: what a source is told of its contacts, in order, such as that a customer says that one is not solved. It holds ids only, so
-- that erasure has nothing to look for; who reads an event asks for the rest. Rows go with their contact when that is over.
--   (source_id, id): what a source has not been told yet, in order; rows are only added at its end
CREATE TABLE IF NOT EXISTS source_events (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    contact_id BIGINT NOT NULL DEFAULT 0,
    ref BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    KEY source_events_source_id_id (source_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS source_events;
