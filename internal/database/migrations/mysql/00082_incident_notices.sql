-- +goose NO TRANSACTION
-- +goose Up

-- incident_notices: the one notice of an incident to a person, from when it is planned to what became of it. It holds ids, a language and
-- the hash of its link, and neither the address nor the words: who erases a customer need only clear token_hash, with which the link leads
-- nowhere; the touch in touches is what caps count.
--   unique (incident_id, person_id): one for each person, whatever is tied again
--   (token_hash): the customer's link, which there is from the sending on
--   (contact_id): the story of a contact
--   (state, id): what no job will end, looked for now and then; nearly all are at their end
CREATE TABLE IF NOT EXISTS incident_notices (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    incident_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    token_hash VARCHAR(190) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY incident_notices_incident_id_person_id (incident_id, person_id),
    KEY incident_notices_token_hash (token_hash),
    KEY incident_notices_contact_id (contact_id),
    KEY incident_notices_state_id (state, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS incident_notices;
