-- +goose Up

-- customer_corrections: what somebody here corrected of a customer, a row a field. It stands, ended_at being 0, until the source says
-- something else than source_value, which is what it had said; told_at is when the source asked for what came after it. The values are
-- personal data of the customer: who erases one empties old_value, new_value and source_value of all rows with that customer_id, and
-- keeps that something was corrected, by whom and when; what ended longer ago than contacts are kept goes with them.
--   (customer_id, ended_at): intake asks what stands for the customers of its records; the log on a customer's page
--   (source_id, id): the feed of a source, in order; rows are only added at its end
CREATE TABLE IF NOT EXISTS customer_corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL DEFAULT 0,
    source_id INTEGER NOT NULL DEFAULT 0,
    field TEXT NOT NULL DEFAULT '',
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    source_value TEXT NOT NULL,
    user_id INTEGER NOT NULL DEFAULT 0,
    callback_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    told_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    ended_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS customer_corrections_customer_id_ended_at ON customer_corrections (customer_id, ended_at);
CREATE INDEX IF NOT EXISTS customer_corrections_source_id_id ON customer_corrections (source_id, id);

-- +goose Down
DROP TABLE IF EXISTS customer_corrections;
