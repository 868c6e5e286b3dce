-- +goose NO TRANSACTION
-- +goose Up
-- handoff_links: a link to one handoff for one contact of the team that owes the reply. token_hash finds it; the token is stored nowhere.
-- No personal data. Links go with their handoff.
--   unique (entry_id, contact_id): a contact is told once of each thing, whatever is tried again
--   unique (token_hash): the link that somebody opens; NULL until it is sent
--   (handoff_id): the links of a handoff, on its page and when they are revoked
CREATE TABLE IF NOT EXISTS handoff_links (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    handoff_id BIGINT NOT NULL DEFAULT 0,
    entry_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    token_hash VARCHAR(64),
    created_at BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    revoked_at BIGINT NOT NULL DEFAULT 0,
    revoked_by BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY handoff_links_entry_id_contact_id (entry_id, contact_id),
    UNIQUE KEY handoff_links_token_hash (token_hash),
    KEY handoff_links_handoff_id (handoff_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS handoff_links;
