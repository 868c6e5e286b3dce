-- +goose Up

-- snapshots: a build walks customers by their ids, which nothing moves, and then looks once more at who is the same person: walked says
-- that the first is over, cursor_customer how far either has come. One that was under way walked by persons, and cannot go on.
-- failures are those since the last page; error is the code of what one failed of.
UPDATE snapshots SET state = 'failed' WHERE state = 'building';
ALTER TABLE snapshots DROP COLUMN cursor_person;
ALTER TABLE snapshots DROP COLUMN last_person;
ALTER TABLE snapshots ADD COLUMN walked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN error TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE snapshots DROP COLUMN error;
ALTER TABLE snapshots DROP COLUMN failures;
ALTER TABLE snapshots DROP COLUMN walked;
ALTER TABLE snapshots ADD COLUMN last_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN cursor_person INTEGER NOT NULL DEFAULT 0;
