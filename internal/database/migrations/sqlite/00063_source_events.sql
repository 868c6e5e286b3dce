-- +goose Up

-- source_events: what a source is told of its contacts, in order, such as that a customer says that one is not solved. It holds ids only, so
-- that erasure has nothing to look for; who reads an event asks for the rest. Rows go with their contact when that is over.
--   (source_id, id): what a source has not been told yet, in order; rows are only added at its end
CREATE TABLE IF NOT EXISTS source_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    contact_id INTEGER NOT NULL DEFAULT 0,
    ref INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS source_events_source_id_id ON source_events (source_id, id);

-- +goose Down
DROP TABLE IF EXISTS source_events;
