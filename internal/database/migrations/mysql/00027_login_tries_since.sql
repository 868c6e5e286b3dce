-- +goose NO TRANSACTION
-- +goose Up

-- login_tries: a row is worth nothing once its window is over, and strangers write them.
--   (since): each try and the nightly housekeeping delete the oldest; without it each would read all of them
ALTER TABLE login_tries ADD KEY login_tries_since (since);

-- +goose Down
ALTER TABLE login_tries DROP KEY login_tries_since;
