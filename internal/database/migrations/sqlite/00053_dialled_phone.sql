-- +goose Up

-- attempts: the line that was dialled last in the attempt, empty where no dial was seen: a customer whose numbers are put in order during
-- the call was still called on that one. It is a customer's address: who erases a customer clears it here, with wrong_phone and the
-- notes. No index: it is read with its attempt only.
ALTER TABLE attempts ADD COLUMN dialled_phone TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attempts DROP COLUMN dialled_phone;
