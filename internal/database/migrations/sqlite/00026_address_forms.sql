-- +goose Up

-- The scan for persons begins again: it looks at every address once, and brings those in their normal form that were stored before
-- there was the present one.
UPDATE person_scan SET reached_id = 0, seen_id = 0, seen_at = 0;

-- form: version of the form of the address that was hashed. Rows of before, and of programs of before, have the first one.
ALTER TABLE suppressions ADD COLUMN form INTEGER NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE suppressions DROP COLUMN form;
