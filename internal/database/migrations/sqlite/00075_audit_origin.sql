-- +goose Up

-- audit_entries: from where something was done. door is page, api, command or empty (the service itself, and everything of before);
-- network is the first 24 bits of an IPv4 address or 48 of an IPv6 address, never a whole one; token_id is the API token that did it, 0 for
-- none. The rows name users and things by their numbers alone. They are deleted after two years (account.AuditLife): nothing else erases
-- them, as who did what must be known also of a customer who was erased.
--   (at): the page of everything by time, a period of it, and what is over
--   (user_id, at): what one person did, and what a team's people did
--   (action, at): one kind of act, which may be rare among a million logins
-- An act is written once beside a change; claims and calls write none, so that these three entries cost the desk nothing.
ALTER TABLE audit_entries ADD COLUMN door TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entries ADD COLUMN token_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS audit_entries_at ON audit_entries (at);
CREATE INDEX IF NOT EXISTS audit_entries_user_id_at ON audit_entries (user_id, at);
CREATE INDEX IF NOT EXISTS audit_entries_action_at ON audit_entries (action, at);
UPDATE audit_entries SET subject_kind = 'callback', subject_id = (SELECT callback_id FROM attempts WHERE attempts.id = subject_id)
WHERE subject_kind = 'attempt' AND EXISTS (SELECT 1 FROM attempts WHERE attempts.id = subject_id);

-- +goose Down
DROP INDEX IF EXISTS audit_entries_action_at;
DROP INDEX IF EXISTS audit_entries_user_id_at;
DROP INDEX IF EXISTS audit_entries_at;
ALTER TABLE audit_entries DROP COLUMN token_id;
ALTER TABLE audit_entries DROP COLUMN network;
ALTER TABLE audit_entries DROP COLUMN door;
