-- +goose NO TRANSACTION
-- +goose Up

-- callbacks: a caller has closed tens of thousands after a year, and pages through them by when.
--   (caller_id, state, closed_at, id): my tasks, and what is done of them in order; it takes the place of (caller_id, state), of which it
--   is a longer form. closed_at is written once in a callback's life, together with the state
ALTER TABLE callbacks
    DROP KEY callbacks_caller_id_state,
    ADD KEY callbacks_caller_id_state_closed_at_id (caller_id, state, closed_at, id);

-- +goose Down
ALTER TABLE callbacks
    DROP KEY callbacks_caller_id_state_closed_at_id,
    ADD KEY callbacks_caller_id_state (caller_id, state);
