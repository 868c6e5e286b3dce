-- +goose NO TRANSACTION
-- +goose Up

-- guards: a row that two who must not do the same at once both write, where nothing of theirs is written anyway. A lock alone, or an
-- update that changes nothing, is seen by one server of a cluster only.
CREATE TABLE IF NOT EXISTS guards (
    name VARCHAR(191) NOT NULL PRIMARY KEY,
    passed BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- audiences: revision is raised by every change, so that a form opened before it is told so.
ALTER TABLE audiences ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE audiences DROP COLUMN revision;
DROP TABLE IF EXISTS guards;
