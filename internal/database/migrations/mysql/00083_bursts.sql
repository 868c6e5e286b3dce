-- +goose NO TRANSACTION
-- +goose Up

-- contact_hours: how many contacts began in an hour with a category, a product, a region, a source or an attribute; what a burst is
-- measured by. One is not kept: most values of an hour come once. Ten weeks are kept, and no personal data: an attribute's value is only
-- counted where several customers share it.
--   primary (hour_at, field, value): the same hour of earlier weeks is read together; the old ones are deleted by it
-- bursts: what was proposed because of one, and when it was last seen: a burst is proposed once, whatever becomes of the proposal.
--   primary (field, value)
CREATE TABLE IF NOT EXISTS contact_hours (
    hour_at BIGINT NOT NULL DEFAULT 0,
    field VARCHAR(100) NOT NULL DEFAULT '',
    value VARCHAR(190) NOT NULL DEFAULT '',
    count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (hour_at, field, value)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS bursts (
    field VARCHAR(100) NOT NULL DEFAULT '',
    value VARCHAR(190) NOT NULL DEFAULT '',
    since_at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    incident_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (field, value)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS bursts;
DROP TABLE IF EXISTS contact_hours;
