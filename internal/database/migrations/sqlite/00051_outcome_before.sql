-- +goose Up

-- attempts: what the outcome changed about the callback, as it was before, so that an outcome can be undone or corrected. It holds the
-- notes of the attempt before, and is cleared with those of its attempt.
ALTER TABLE attempts ADD COLUMN callback_before TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attempts DROP COLUMN callback_before;
