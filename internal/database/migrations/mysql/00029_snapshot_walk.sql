-- +goose NO TRANSACTION
-- +goose Up

-- snapshots: a build walks customers by their ids, which nothing moves, and then looks once more at who is the same person: walked says
-- that the first is over, cursor_customer how far either has come. One that was under way walked by persons, and cannot go on.
-- failures are those since the last page; error is the code of what one failed of.
UPDATE snapshots SET state = 'failed' WHERE state = 'building';
ALTER TABLE snapshots
    DROP COLUMN cursor_person,
    DROP COLUMN last_person,
    ADD COLUMN walked TINYINT(1) NOT NULL DEFAULT 0,
    ADD COLUMN failures INT NOT NULL DEFAULT 0,
    ADD COLUMN error VARCHAR(191) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE snapshots
    DROP COLUMN error,
    DROP COLUMN failures,
    DROP COLUMN walked,
    ADD COLUMN last_person BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN cursor_person BIGINT NOT NULL DEFAULT 0;
