-- +goose Up

-- callbacks: the time before which whoever planned one does not want it made, whatever permission says: ready_at is later where the hour or a
-- cap stands against it, and comes back to this one where that ends. 0 in what was planned before it was kept: then it stays where it is.
-- It says nothing of the customer, so nothing of it is to be erased. No index: it is read with its callback only.
ALTER TABLE callbacks ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE callbacks DROP COLUMN not_before;
