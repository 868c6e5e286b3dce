-- +goose Up

-- customer_descriptions: what records without a reference say of their customer, name and addresses, by the address they are known
-- by; each different one once. It is personal data of whoever has that address at the source.
--   unique (source_id, address, hash): all that was said under an address; each once, also when two processes take it in
CREATE TABLE IF NOT EXISTS customer_descriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    address TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    others TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS customer_descriptions_source_id_address_hash ON customer_descriptions (source_id, address, hash);

-- contested_addresses: addresses under which people were described who cannot be one.
--   unique (source_id, address): intake asks whether an address is one
CREATE TABLE IF NOT EXISTS contested_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    address TEXT NOT NULL DEFAULT '',
    customer_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS contested_addresses_source_id_address ON contested_addresses (source_id, address);

-- customers_apart: the customers whom somebody made of contacts of another one by hand, so that it can be taken back.
--   primary key (change_id): read when that change is taken back
CREATE TABLE IF NOT EXISTS customers_apart (
    change_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL DEFAULT 0,
    from_id INTEGER NOT NULL DEFAULT 0
);

-- contacts: description_id is what the record said of its customer; 0 nothing, or it gave a reference; NULL it was taken in before
-- that was kept. customer_by_hand: somebody said whose it is, which its source does not change. Neither needs an index: contacts are
-- looked for by their customer.
ALTER TABLE contacts ADD COLUMN description_id INTEGER;
ALTER TABLE contacts ADD COLUMN customer_by_hand INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE contacts DROP COLUMN customer_by_hand;
ALTER TABLE contacts DROP COLUMN description_id;
DROP TABLE IF EXISTS customers_apart;
DROP TABLE IF EXISTS contested_addresses;
DROP TABLE IF EXISTS customer_descriptions;
