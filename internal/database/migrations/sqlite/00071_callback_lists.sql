-- +goose Up

-- callbacks: reason is why one waits or was closed, which a list is narrowed by; it is made of the two columns that keep it and is stored
-- in the index alone. It is a code and says nothing of the customer: erasure and retention have nothing to do here, the row goes as ever.
--   (closed_at, due_at, id): the work list, what is overdue first: closed_at is 0 of what is open
--   (closed_at, priority, due_at, id): the same by urgency
--   (closed_at, id): the same by age, as ids are given in the order of planning; and what was closed, the newest first
--   (reason, closed_at): the few that wait for one reason, or ended by it, out of all there ever were
-- What they cost: a claim, its lease and giving it back write none of these columns, so that none of the entries is touched. Planning a
-- callback adds four entries, and its end moves them: they are beside each other, at the ends of ranges that are in memory anyway. Being
-- offered and being set aside move the entry by reason.
ALTER TABLE callbacks ADD COLUMN reason TEXT GENERATED ALWAYS AS (CASE WHEN close_reason <> '' THEN close_reason ELSE wait_reason END) VIRTUAL;
CREATE INDEX IF NOT EXISTS callbacks_closed_at_due_at_id ON callbacks (closed_at, due_at, id);
CREATE INDEX IF NOT EXISTS callbacks_closed_at_priority_due_at_id ON callbacks (closed_at, priority, due_at, id);
CREATE INDEX IF NOT EXISTS callbacks_closed_at_id ON callbacks (closed_at, id);
CREATE INDEX IF NOT EXISTS callbacks_reason_closed_at ON callbacks (reason, closed_at);

-- +goose Down
DROP INDEX IF EXISTS callbacks_reason_closed_at;
DROP INDEX IF EXISTS callbacks_closed_at_id;
DROP INDEX IF EXISTS callbacks_closed_at_priority_due_at_id;
DROP INDEX IF EXISTS callbacks_closed_at_due_at_id;
ALTER TABLE callbacks DROP COLUMN reason;
