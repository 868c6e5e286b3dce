-- +goose Up

-- An index that every resolution wrote and nobody read: what reverses an entry knows what it was, and looks for none.
DROP INDEX IF EXISTS score_entries_resolution_id;

-- +goose Down
CREATE INDEX IF NOT EXISTS score_entries_resolution_id ON score_entries (resolution_id);
