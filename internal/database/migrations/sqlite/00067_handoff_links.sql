-- +goose Up
-- handoff_links: a link to one handoff for one contact of the team that owes the reply. token_hash finds it; the token is stored nowhere.
-- No personal data. Links go with their handoff.
--   unique (entry_id, contact_id): a contact is told once of each thing, whatever is tried again
--   unique (token_hash): the link that somebody opens; NULL until it is sent
--   (handoff_id): the links of a handoff, on its page and when they are revoked
CREATE TABLE IF NOT EXISTS handoff_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    handoff_id INTEGER NOT NULL DEFAULT 0,
    entry_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    token_hash TEXT,
    created_at INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    revoked_at INTEGER NOT NULL DEFAULT 0,
    revoked_by INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS handoff_links_entry_id_contact_id ON handoff_links (entry_id, contact_id);
CREATE UNIQUE INDEX IF NOT EXISTS handoff_links_token_hash ON handoff_links (token_hash);
CREATE INDEX IF NOT EXISTS handoff_links_handoff_id ON handoff_links (handoff_id);

-- +goose Down
DROP TABLE IF EXISTS handoff_links;
