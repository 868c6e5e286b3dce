-- +goose Up

-- users: extension is the user's own telephone at the PBX, which rings first when the desk dials; '' is none. It goes with the user.
-- It needs no index: it is read with its user.
ALTER TABLE users ADD COLUMN extension TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE users DROP COLUMN extension;
