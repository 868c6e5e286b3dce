-- +goose NO TRANSACTION
-- +goose Up

-- customer_corrections: what somebody here corrected of a customer, a row a field. It stands, ended_at being 0, until the source says
-- something else than source_value, which is what it had said; told_at is when the source asked for what came after it. The values are
-- personal data of the customer: who erases one empties old_value, new_value and source_value of all rows with that customer_id, and
-- keeps that something was corrected, by whom and when; what ended longer ago than contacts are kept goes with them.
--   (customer_id, ended_at): intake asks what stands for the customers of its records; the log on a customer's page
--   (source_id, id): the feed of a source, in order; rows are only added at its end
CREATE TABLE IF NOT EXISTS customer_corrections (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id BIGINT NOT NULL DEFAULT 0,
    source_id BIGINT NOT NULL DEFAULT 0,
    field VARCHAR(40) NOT NULL DEFAULT '',
    old_value MEDIUMTEXT NOT NULL,
    new_value MEDIUMTEXT NOT NULL,
    source_value MEDIUMTEXT NOT NULL,
    user_id BIGINT NOT NULL DEFAULT 0,
    callback_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    told_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    ended_by VARCHAR(40) NOT NULL DEFAULT '',
    KEY customer_corrections_customer_id_ended_at (customer_id, ended_at),
    KEY customer_corrections_source_id_id (source_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS customer_corrections;
