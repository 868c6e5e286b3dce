-- +goose Up

-- guards: a row that two who must not do the same at once both write, where nothing of theirs is written anyway. A lock alone, or an
-- update that changes nothing, is seen by one server of a cluster only.
CREATE TABLE guards (
    name TEXT NOT NULL PRIMARY KEY,
    passed INTEGER NOT NULL DEFAULT 0
);

-- audiences: revision is raised by every change, so that a form opened before it is told so.
ALTER TABLE audiences ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE audiences DROP COLUMN revision;
DROP TABLE guards;
