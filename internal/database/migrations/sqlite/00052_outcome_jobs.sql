-- +goose Up

-- What leaves a callback after an outcome is one job now, with answers or without. A task that Redis has under the old name must not find
-- its job: it is pushed again under the new one, as another attempt.
UPDATE jobs SET kind = 'callback.outcome',
    attempt = CASE WHEN state = 'queued' THEN attempt + 1 ELSE attempt END,
    state = CASE WHEN state = 'queued' THEN 'due' ELSE state END
WHERE kind = 'callbacks.answered';

-- +goose Down
UPDATE jobs SET kind = 'callbacks.answered' WHERE kind = 'callback.outcome';
