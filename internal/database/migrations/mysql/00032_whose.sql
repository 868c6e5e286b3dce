-- +goose NO TRANSACTION
-- +goose Up

-- customer_descriptions: what records without a reference say of their customer, name and addresses, by the address they are known
-- by; each different one once. It is personal data of whoever has that address at the source.
--   unique (source_id, address, hash): all that was said under an address; each once, also when two processes take it in
CREATE TABLE IF NOT EXISTS customer_descriptions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    address VARCHAR(191) NOT NULL DEFAULT '',
    hash VARCHAR(40) NOT NULL DEFAULT '',
    name VARCHAR(191) NOT NULL DEFAULT '',
    others MEDIUMTEXT NOT NULL,
    UNIQUE KEY customer_descriptions_source_id_address_hash (source_id, address, hash)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- contested_addresses: addresses under which people were described who cannot be one.
--   unique (source_id, address): intake asks whether an address is one
CREATE TABLE IF NOT EXISTS contested_addresses (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    address VARCHAR(191) NOT NULL DEFAULT '',
    customer_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY contested_addresses_source_id_address (source_id, address)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- customers_apart: the customers whom somebody made of contacts of another one by hand, so that it can be taken back.
--   primary key (change_id): read when that change is taken back
CREATE TABLE IF NOT EXISTS customers_apart (
    change_id BIGINT NOT NULL PRIMARY KEY,
    customer_id BIGINT NOT NULL DEFAULT 0,
    from_id BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- contacts: description_id is what the record said of its customer; 0 nothing, or it gave a reference; NULL it was taken in before
-- that was kept. customer_by_hand: somebody said whose it is, which its source does not change. Neither needs an index: contacts are
-- looked for by their customer.
ALTER TABLE contacts
    ADD COLUMN description_id BIGINT NULL,
    ADD COLUMN customer_by_hand TINYINT(1) NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE contacts
    DROP COLUMN customer_by_hand,
    DROP COLUMN description_id;
DROP TABLE IF EXISTS customers_apart;
DROP TABLE IF EXISTS contested_addresses;
DROP TABLE IF EXISTS customer_descriptions;
