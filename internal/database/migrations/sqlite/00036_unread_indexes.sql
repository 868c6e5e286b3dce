-- +goose Up

-- Two indexes that every resolution wrote, three entries of them, and nobody read.
--   decisions (decided_at, id): the list of decisions goes by id, and its periods by resolved_at
--   score_entries (resolution_id): what reverses an entry knows what it was, and looks for none
DROP INDEX IF EXISTS decisions_decided_at_id;
DROP INDEX IF EXISTS score_entries_resolution_id;

-- +goose Down
CREATE INDEX IF NOT EXISTS score_entries_resolution_id ON score_entries (resolution_id);
CREATE INDEX IF NOT EXISTS decisions_decided_at_id ON decisions (decided_at, id);
