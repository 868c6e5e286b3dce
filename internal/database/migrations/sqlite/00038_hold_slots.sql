-- +goose Up

-- holds: whoever calls may hold several persons, each in a slot of its own: the one they are talking to, the next one, the one whose
-- outcome they may still undo; a batch makes slots of its own. A hold names a person by id only: it goes when the call ends, so that
-- erasing a customer finds nothing in it.
--   unique (caller_id, slot): one person in each slot, also when the same caller clicks twice. It takes the place of (caller_id)
ALTER TABLE holds ADD COLUMN slot TEXT NOT NULL DEFAULT 'current';
DROP INDEX IF EXISTS holds_caller_id;
CREATE UNIQUE INDEX IF NOT EXISTS holds_caller_id_slot ON holds (caller_id, slot);

-- +goose Down
DROP INDEX IF EXISTS holds_caller_id_slot;
DELETE FROM holds WHERE slot <> 'current';
CREATE UNIQUE INDEX IF NOT EXISTS holds_caller_id ON holds (caller_id);
ALTER TABLE holds DROP COLUMN slot;
