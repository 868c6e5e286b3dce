-- +goose Up

-- (scope, id): the list of suppressions of one scope, newest first
ALTER TABLE suppressions ADD COLUMN campaign_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE suppressions ADD COLUMN lifted_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE suppressions ADD COLUMN lift_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS suppressions_scope_id ON suppressions (scope, id);

-- +goose Down
DROP INDEX suppressions_scope_id;
ALTER TABLE suppressions DROP COLUMN lift_reason;
ALTER TABLE suppressions DROP COLUMN lifted_by;
ALTER TABLE suppressions DROP COLUMN campaign_id;
