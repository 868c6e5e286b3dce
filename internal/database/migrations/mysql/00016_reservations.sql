-- +goose NO TRANSACTION
-- +goose Up

-- reserved_until: an allowance that marketing has taken and not used yet ends by itself.
ALTER TABLE touches ADD COLUMN reserved_until BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE touches DROP COLUMN reserved_until;
