-- +goose NO TRANSACTION
-- +goose Up

-- What a machine's token may do beside what every one may: words such as consent:give, with blanks between them. A token made
-- before this has none of them: it goes on bringing contacts, withdrawals and suppressions, and asking about its own customers.
ALTER TABLE api_tokens ADD COLUMN scopes VARCHAR(100) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE api_tokens DROP COLUMN scopes;
