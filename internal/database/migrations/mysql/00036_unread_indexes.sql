-- +goose NO TRANSACTION
-- +goose Up

-- An index that every resolution wrote twice and nobody read: the list of decisions goes by id, and its periods by resolved_at.
ALTER TABLE decisions DROP KEY decisions_decided_at_id;

-- +goose Down
ALTER TABLE decisions ADD KEY decisions_decided_at_id (decided_at, id);
