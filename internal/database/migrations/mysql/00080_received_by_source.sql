-- +goose NO TRANSACTION
-- +goose Up

-- (source_id, received_at): when a source was last heard of, how long it is usually silent, and how much it brought today, for who asks why
-- there is nothing to call; each from the end of the index alone. It costs intake one entry at the end of each source's part
ALTER TABLE resolutions ADD KEY resolutions_source_id_received_at (source_id, received_at);

-- +goose Down
ALTER TABLE resolutions DROP KEY resolutions_source_id_received_at;
