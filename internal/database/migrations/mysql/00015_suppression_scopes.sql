-- +goose NO TRANSACTION
-- +goose Up

-- (scope, id): the list of suppressions of one scope, newest first
ALTER TABLE suppressions
    ADD COLUMN campaign_id BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN lifted_by BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN lift_reason VARCHAR(191) NOT NULL DEFAULT '',
    ADD KEY suppressions_scope_id (scope, id);

-- +goose Down
ALTER TABLE suppressions DROP KEY suppressions_scope_id, DROP COLUMN lift_reason, DROP COLUMN lifted_by, DROP COLUMN campaign_id;
