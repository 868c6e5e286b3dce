-- +goose NO TRANSACTION
-- +goose Up

-- attempts: what the caller wrote for the supervisor, beside the note for everybody. It is about a customer like the other notes: who
-- erases a customer clears it here with them, and it goes with the attempt. No index: it is read with its attempt; the list of what
-- supervisors are told finds it by its mark. rings counts how often a call was asked for under the claim: a page says how many it knows of,
-- so that two tabs do not ring twice. No personal data.
ALTER TABLE attempts ADD COLUMN note_for_supervisor MEDIUMTEXT NOT NULL, ADD COLUMN rings INT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE attempts DROP COLUMN rings, DROP COLUMN note_for_supervisor;
