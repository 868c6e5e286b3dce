-- +goose NO TRANSACTION
-- +goose Up

-- agents: two sources may each have one of the same name.
--   (name): scores tell agents of the same name apart; a list of them asks for its names only, and agents are added once
ALTER TABLE agents ADD KEY agents_name (name);

-- +goose Down
ALTER TABLE agents DROP KEY agents_name;
