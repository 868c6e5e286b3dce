-- +goose NO TRANSACTION
-- +goose Up

-- callback_changes.became: what a corrected outcome became, a code; reason says what it was. It is no personal data.
ALTER TABLE callback_changes ADD COLUMN became VARCHAR(40) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE callback_changes DROP COLUMN became;
