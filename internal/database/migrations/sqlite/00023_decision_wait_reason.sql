-- +goose Up

-- Why a follow-up is planned for later than its rule wants it: what permission named.
ALTER TABLE decisions ADD COLUMN wait_reason TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE decisions DROP COLUMN wait_reason;
