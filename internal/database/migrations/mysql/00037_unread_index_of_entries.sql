-- +goose NO TRANSACTION
-- +goose Up

-- An index that every resolution wrote and nobody read: what reverses an entry knows what it was, and looks for none.
ALTER TABLE score_entries DROP KEY score_entries_resolution_id;

-- +goose Down
ALTER TABLE score_entries ADD KEY score_entries_resolution_id (resolution_id);
