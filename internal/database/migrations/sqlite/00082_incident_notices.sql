-- +goose Up

-- incident_notices: the one notice of an incident to a person, from when it is planned to what became of it. It holds ids, a language and
-- the hash of its link, and neither the address nor the words: who erases a customer need only clear token_hash, with which the link leads
-- nowhere; the touch in touches is what caps count.
--   unique (incident_id, person_id): one for each person, whatever is tied again
--   (token_hash): the customer's link, which there is from the sending on
--   (contact_id): the story of a contact
--   (state, id): what no job will end, looked for now and then; nearly all are at their end
CREATE TABLE IF NOT EXISTS incident_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    token_hash TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS incident_notices_incident_id_person_id ON incident_notices (incident_id, person_id);
CREATE INDEX IF NOT EXISTS incident_notices_token_hash ON incident_notices (token_hash);
CREATE INDEX IF NOT EXISTS incident_notices_contact_id ON incident_notices (contact_id);
CREATE INDEX IF NOT EXISTS incident_notices_state_id ON incident_notices (state, id);

-- +goose Down
DROP TABLE IF EXISTS incident_notices;
