-- +goose Up

-- (source_id, received_at): when a source was last heard of, how long it is usually silent, and how much it brought today, for who asks why
-- there is nothing to call; each from the end of the index alone. It costs intake one entry at the end of each source's part
CREATE INDEX IF NOT EXISTS resolutions_source_id_received_at ON resolutions (source_id, received_at);

-- +goose Down
DROP INDEX IF EXISTS resolutions_source_id_received_at;
