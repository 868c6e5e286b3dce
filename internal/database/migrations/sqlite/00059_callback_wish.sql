-- +goose Up

-- callbacks: the time before which whoever planned one does not want it made, whatever permission says: ready_at is later where the hour or a
-- cap stands against it, and comes back to this one where that ends. 0 in what was planned before it was kept: then it stays where it is.
-- caller_before: who had a callback last, while it is only somebody's next one, or was left as that: it is theirs again then. 0 for nobody.
-- Who erases a user's name need not touch it, as caller_id beside it.
--
-- Neither column says anything of the customer, so nothing of them is to be erased. No index: not_before is read with its callback only,
-- and caller_before among the claims whose lease is over, by (state, lease_until).
ALTER TABLE callbacks ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE callbacks ADD COLUMN caller_before INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE callbacks DROP COLUMN not_before;
ALTER TABLE callbacks DROP COLUMN caller_before;
