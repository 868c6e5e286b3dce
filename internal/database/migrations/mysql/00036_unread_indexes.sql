-- +goose NO TRANSACTION
-- +goose Up

-- Two indexes that every resolution wrote, three entries of them, and nobody read.
--   decisions (decided_at, id): the list of decisions goes by id, and its periods by resolved_at
--   score_entries (resolution_id): what reverses an entry knows what it was, and looks for none
ALTER TABLE decisions DROP KEY decisions_decided_at_id;
ALTER TABLE score_entries DROP KEY score_entries_resolution_id;

-- +goose Down
ALTER TABLE score_entries ADD KEY score_entries_resolution_id (resolution_id);
ALTER TABLE decisions ADD KEY decisions_decided_at_id (decided_at, id);
