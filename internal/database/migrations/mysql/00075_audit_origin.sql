-- +goose NO TRANSACTION
-- +goose Up

-- audit_entries: from where something was done. door is page, api, command or empty (the service itself, and everything of before);
-- network is the first 24 bits of an IPv4 address or 48 of an IPv6 address, never a whole one; token_id is the API token that did it, 0 for
-- none. The rows name users and things by their numbers alone. They are deleted after two years (account.AuditLife): nothing else erases
-- them, as who did what must be known also of a customer who was erased.
--   (at): the page of everything by time, a period of it, and what is over
--   (user_id, at): what one person did, and what a team's people did
--   (action, at): one kind of act, which may be rare among a million logins
-- An act is written once beside a change; claims and calls write none, so that these three entries cost the desk nothing.
ALTER TABLE audit_entries
    ADD COLUMN door VARCHAR(20) NOT NULL DEFAULT '',
    ADD COLUMN network VARCHAR(60) NOT NULL DEFAULT '',
    ADD COLUMN token_id BIGINT NOT NULL DEFAULT 0,
    ADD KEY audit_entries_at (at),
    ADD KEY audit_entries_user_id_at (user_id, at),
    ADD KEY audit_entries_action_at (action, at);
UPDATE audit_entries JOIN attempts ON attempts.id = audit_entries.subject_id
SET audit_entries.subject_kind = 'callback', audit_entries.subject_id = attempts.callback_id
WHERE audit_entries.subject_kind = 'attempt';

-- +goose Down
ALTER TABLE audit_entries
    DROP KEY audit_entries_action_at,
    DROP KEY audit_entries_user_id_at,
    DROP KEY audit_entries_at,
    DROP COLUMN token_id,
    DROP COLUMN network,
    DROP COLUMN door;
