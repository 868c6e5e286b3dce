-- +goose Up

-- The one reminder of an invitation. No index: a reminder is found by its invitation, which its job names.
ALTER TABLE invitations ADD COLUMN reminder_state TEXT NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN reminder_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN reminder_due_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN reminder_sent_at INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE invitations DROP COLUMN reminder_sent_at;
ALTER TABLE invitations DROP COLUMN reminder_due_at;
ALTER TABLE invitations DROP COLUMN reminder_reason;
ALTER TABLE invitations DROP COLUMN reminder_state;
