-- +goose NO TRANSACTION
-- +goose Up

-- callbacks: one decided again, or planned by hand after another was made, is a new row.
--   unique (resolution_id, kind, round): one callback of a kind for a resolution and a revision of its decision
ALTER TABLE callbacks
    ADD COLUMN round INT NOT NULL DEFAULT 1,
    ADD COLUMN max_attempts INT NOT NULL DEFAULT 6,
    ADD COLUMN script VARCHAR(40) NOT NULL DEFAULT '',
    DROP KEY callbacks_resolution_id_kind,
    ADD UNIQUE KEY callbacks_resolution_id_kind_round (resolution_id, kind, round);

-- +goose Down
DELETE FROM callbacks WHERE round > 1;
ALTER TABLE callbacks
    DROP KEY callbacks_resolution_id_kind_round,
    ADD UNIQUE KEY callbacks_resolution_id_kind (resolution_id, kind),
    DROP COLUMN script, DROP COLUMN max_attempts, DROP COLUMN round;
