-- +goose Up

-- customer_addresses: ending is the last four digits of a phone number, which somebody who rings back says first. It is made of the
-- number and is kept in the index alone: what erases the address erases it, and nothing has to be written along.
--   (ending, customer_id): who has a number that ends so; a few customers of every ten thousand, whom what is typed beyond narrows
ALTER TABLE customer_addresses ADD COLUMN ending TEXT GENERATED ALWAYS AS (
    CASE WHEN kind = 'phone' AND length(normalised) > 4 THEN substr(normalised, -4) ELSE '' END) VIRTUAL;
CREATE INDEX IF NOT EXISTS customer_addresses_ending_customer_id ON customer_addresses (ending, customer_id);

-- +goose Down
DROP INDEX IF EXISTS customer_addresses_ending_customer_id;
ALTER TABLE customer_addresses DROP COLUMN ending;
