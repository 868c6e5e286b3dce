-- +goose Up

-- An index that every resolution wrote twice and nobody read: the list of decisions goes by id, and its periods by resolved_at.
DROP INDEX IF EXISTS decisions_decided_at_id;

-- +goose Down
CREATE INDEX IF NOT EXISTS decisions_decided_at_id ON decisions (decided_at, id);
