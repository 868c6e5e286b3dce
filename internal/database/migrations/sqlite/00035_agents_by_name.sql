-- +goose Up

-- agents: two sources may each have one of the same name.
--   (name): scores tell agents of the same name apart; a list of them asks for its names only, and agents are added once
CREATE INDEX IF NOT EXISTS agents_name ON agents (name);

-- +goose Down
DROP INDEX IF EXISTS agents_name;
