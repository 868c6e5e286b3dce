-- +goose NO TRANSACTION
-- +goose Up

-- missed_texts: the one text that the first missed call of a callback may send, from when it is planned to what became of it. It holds ids,
-- a language and the hash of its link, and neither the number nor the words: who erases a customer need only clear token_hash, with which
-- the link leads nowhere; the touch in touches is what caps count.
--   unique (callback_id): one for each callback, whatever is tried again; the story of a contact finds it by its callbacks
--   (token_hash): the customer's link, which there is from the sending on
--   (person_id): whether the same call has one already; a person has few
--   (state, id): what no job will end, looked for now and then; nearly all are at their end
CREATE TABLE IF NOT EXISTS missed_texts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    callback_id BIGINT NOT NULL DEFAULT 0,
    attempt_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    token_hash VARCHAR(190) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY missed_texts_callback_id (callback_id),
    KEY missed_texts_token_hash (token_hash),
    KEY missed_texts_person_id (person_id),
    KEY missed_texts_state_id (state, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS missed_texts;
