-- +goose Up

-- callbacks: one decided again, or planned by hand after another was made, is a new row.
--   unique (resolution_id, kind, round): one callback of a kind for a resolution and a revision of its decision
ALTER TABLE callbacks ADD COLUMN round INTEGER NOT NULL DEFAULT 1;
ALTER TABLE callbacks ADD COLUMN max_attempts INTEGER NOT NULL DEFAULT 6;
ALTER TABLE callbacks ADD COLUMN script TEXT NOT NULL DEFAULT '';
DROP INDEX IF EXISTS callbacks_resolution_id_kind;
CREATE UNIQUE INDEX IF NOT EXISTS callbacks_resolution_id_kind_round ON callbacks (resolution_id, kind, round);

-- +goose Down
DROP INDEX IF EXISTS callbacks_resolution_id_kind_round;
DELETE FROM callbacks WHERE round > 1;
CREATE UNIQUE INDEX IF NOT EXISTS callbacks_resolution_id_kind ON callbacks (resolution_id, kind);
ALTER TABLE callbacks DROP COLUMN script;
ALTER TABLE callbacks DROP COLUMN max_attempts;
ALTER TABLE callbacks DROP COLUMN round;
