-- +goose Up

--   (customer_id, purpose, channel, at): the newest event decides
CREATE TABLE IF NOT EXISTS consent_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL DEFAULT 0,
    purpose TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    given INTEGER NOT NULL DEFAULT 0,
    basis TEXT NOT NULL DEFAULT '',
    wording TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '',
    user_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    recorded_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS consent_events_customer_id_purpose_channel_at ON consent_events (customer_id, purpose, channel, at);

--   (address_hash): every judgement looks the subject's addresses up
CREATE TABLE IF NOT EXISTS suppressions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address_hash TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '',
    user_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    until_at INTEGER NOT NULL DEFAULT 0,
    lifted_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS suppressions_address_hash ON suppressions (address_hash);

--   (person_id, at): cooldowns and marketing caps by person
--   (address_hash, at): caps by phone number
CREATE TABLE IF NOT EXISTS touches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    address_hash TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    purpose TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    family TEXT NOT NULL DEFAULT '',
    ref INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS touches_person_id_at ON touches (person_id, at);
CREATE INDEX IF NOT EXISTS touches_address_hash_at ON touches (address_hash, at);

-- +goose Down
DROP TABLE IF EXISTS touches;
DROP TABLE IF EXISTS suppressions;
DROP TABLE IF EXISTS consent_events;
