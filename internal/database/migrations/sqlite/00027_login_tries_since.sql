-- +goose Up

-- login_tries: a row is worth nothing once its window is over, and strangers write them.
--   (since): each try and the nightly housekeeping delete the oldest; without it each would read all of them
CREATE INDEX IF NOT EXISTS login_tries_since ON login_tries (since);

-- +goose Down
DROP INDEX IF EXISTS login_tries_since;
