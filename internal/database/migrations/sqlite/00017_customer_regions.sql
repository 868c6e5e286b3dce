-- +goose Up

-- region: where a customer lives, ISO 3166.
ALTER TABLE customers ADD COLUMN region TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE customers DROP COLUMN region;
