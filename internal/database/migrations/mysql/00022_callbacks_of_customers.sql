-- +goose NO TRANSACTION
-- +goose Up

-- callbacks: whose they are is not always whose the resolution was, for a source may correct a contact.
--   (customer_id): the callbacks that move with a customer who is merged or split; a callback's customer never changes, so that
--   the index is written once
ALTER TABLE callbacks ADD KEY callbacks_customer_id (customer_id);

-- +goose Down
ALTER TABLE callbacks DROP KEY callbacks_customer_id;
