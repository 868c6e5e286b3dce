-- +goose Up

-- attempts: what the caller wrote for the supervisor, beside the note for everybody. It is about a customer like the other notes: who
-- erases a customer clears it here with them, and it goes with the attempt. No index: it is read with its attempt; the list of what
-- supervisors are told finds it by its mark.
ALTER TABLE attempts ADD COLUMN note_for_supervisor TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attempts DROP COLUMN note_for_supervisor;
