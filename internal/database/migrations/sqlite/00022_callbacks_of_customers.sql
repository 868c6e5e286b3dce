-- +goose Up

-- callbacks: whose they are is not always whose the resolution was, for a source may correct a contact.
--   (customer_id): the callbacks that move with a customer who is merged or split; a callback's customer never changes, so that
--   the index is written once
CREATE INDEX IF NOT EXISTS callbacks_customer_id ON callbacks (customer_id);

-- +goose Down
DROP INDEX IF EXISTS callbacks_customer_id;
