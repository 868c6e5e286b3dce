-- +goose NO TRANSACTION
-- +goose Up

-- The one reminder of an invitation. No index: a reminder is found by its invitation, which its job names.
ALTER TABLE invitations
    ADD COLUMN reminder_state VARCHAR(40) NOT NULL DEFAULT '',
    ADD COLUMN reminder_reason VARCHAR(40) NOT NULL DEFAULT '',
    ADD COLUMN reminder_due_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN reminder_sent_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE invitations
    DROP COLUMN reminder_sent_at,
    DROP COLUMN reminder_due_at,
    DROP COLUMN reminder_reason,
    DROP COLUMN reminder_state;
