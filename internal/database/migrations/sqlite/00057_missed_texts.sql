-- +goose Up

-- missed_texts: the one text that the first missed call of a callback may send, from when it is planned to what became of it. It holds ids,
-- a language and the hash of its link, and neither the number nor the words: who erases a customer need only clear token_hash, with which
-- the link leads nowhere; the touch in touches is what caps count.
--   unique (callback_id): one for each callback, whatever is tried again; the story of a contact finds it by its callbacks
--   (token_hash): the customer's link, which there is from the sending on
--   (person_id): whether the same call has one already; a person has few
--   (state, id): what no job will end, looked for now and then; nearly all are at their end
CREATE TABLE IF NOT EXISTS missed_texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    callback_id INTEGER NOT NULL DEFAULT 0,
    attempt_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    token_hash TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS missed_texts_callback_id ON missed_texts (callback_id);
CREATE INDEX IF NOT EXISTS missed_texts_token_hash ON missed_texts (token_hash);
CREATE INDEX IF NOT EXISTS missed_texts_person_id ON missed_texts (person_id);
CREATE INDEX IF NOT EXISTS missed_texts_state_id ON missed_texts (state, id);

-- +goose Down
DROP TABLE IF EXISTS missed_texts;
