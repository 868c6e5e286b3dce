-- +goose Up

CREATE TABLE IF NOT EXISTS sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS sources_name ON sources (name);

CREATE TABLE IF NOT EXISTS persons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL DEFAULT 0
);

--   unique (source_id, reference): a source names a customer once
--   (person_id): the customers of a person
--   (name): people search by name
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    reference TEXT NOT NULL DEFAULT '',
    person_id INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS customers_source_id_reference ON customers (source_id, reference);
CREATE INDEX IF NOT EXISTS customers_person_id ON customers (person_id);
CREATE INDEX IF NOT EXISTS customers_name ON customers (name);

--   (customer_id, kind, position): the addresses of a customer, the first one first
--   (kind, normalised, customer_id): who else has this number: identity, incoming refusals
CREATE TABLE IF NOT EXISTS customer_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL DEFAULT 0,
    raw TEXT NOT NULL DEFAULT '',
    normalised TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS customer_addresses_customer_id_kind_position ON customer_addresses (customer_id, kind, position);
CREATE INDEX IF NOT EXISTS customer_addresses_kind_normalised_customer_id ON customer_addresses (kind, normalised, customer_id);

--   unique (source_id, name): agents are interned at intake
CREATE TABLE IF NOT EXISTS agents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS agents_source_id_name ON agents (source_id, name);

CREATE TABLE IF NOT EXISTS intake_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL DEFAULT 0
);

--   unique (source_id, external_id): each contact once, whatever the number of times it is delivered
--   (customer_id, opened_at): the history of a customer
--   (changed_at, id): the list of contacts, newest first
CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    external_id TEXT NOT NULL DEFAULT '',
    customer_id INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    subcategory TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL DEFAULT '',
    complaint INTEGER NOT NULL DEFAULT 0,
    opened_at INTEGER NOT NULL DEFAULT 0,
    first_response_at INTEGER NOT NULL DEFAULT 0,
    talk_seconds INTEGER NULL,
    hold_seconds INTEGER NULL,
    wrap_up_seconds INTEGER NULL,
    order_reference TEXT NOT NULL DEFAULT '',
    resolution_text TEXT NOT NULL DEFAULT '',
    recording_url TEXT NOT NULL DEFAULT '',
    auto_closed INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '',
    content_hash TEXT NOT NULL DEFAULT '',
    resolution_count INTEGER NOT NULL DEFAULT 0,
    source_changed_at INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS contacts_source_id_external_id ON contacts (source_id, external_id);
CREATE INDEX IF NOT EXISTS contacts_customer_id_opened_at ON contacts (customer_id, opened_at);
CREATE INDEX IF NOT EXISTS contacts_changed_at_id ON contacts (changed_at, id);

--   (contact_id): shown with the contact
CREATE TABLE IF NOT EXISTS participants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER NOT NULL DEFAULT 0,
    role TEXT NOT NULL DEFAULT '',
    agent_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS participants_contact_id ON participants (contact_id);

--   unique (contact_id, no): one resolution a number
--   (batch_id): the planner reads what its batch brought
--   (customer_id, resolved_at): history, repeat contacts, audiences
--   (resolved_at, id): decisions by day, coverage
CREATE TABLE IF NOT EXISTS resolutions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER NOT NULL DEFAULT 0,
    no INTEGER NOT NULL DEFAULT 0,
    batch_id INTEGER NOT NULL DEFAULT 0,
    source_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    resolved_at INTEGER NOT NULL DEFAULT 0,
    agent_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    channel TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL DEFAULT '',
    complaint INTEGER NOT NULL DEFAULT 0,
    auto_closed INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    reopened_at INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS resolutions_contact_id_no ON resolutions (contact_id, no);
CREATE INDEX IF NOT EXISTS resolutions_batch_id ON resolutions (batch_id);
CREATE INDEX IF NOT EXISTS resolutions_customer_id_resolved_at ON resolutions (customer_id, resolved_at);
CREATE INDEX IF NOT EXISTS resolutions_resolved_at_id ON resolutions (resolved_at, id);

--   unique (resolution_id, metric): the same file again brings no second answer
--   (batch_id): survey takes over what its batch brought
CREATE TABLE IF NOT EXISTS imported_answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL DEFAULT 0,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    metric TEXT NOT NULL DEFAULT '',
    value INTEGER NOT NULL DEFAULT 0,
    scale TEXT NOT NULL DEFAULT '',
    comment TEXT NOT NULL DEFAULT '',
    answered_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS imported_answers_resolution_id_metric ON imported_answers (resolution_id, metric);
CREATE INDEX IF NOT EXISTS imported_answers_batch_id ON imported_answers (batch_id);

CREATE TABLE IF NOT EXISTS mappings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS mappings_name ON mappings (name);

--   (started_at): the newest runs first
--   (fingerprint): an unfinished run of the same file is gone on with
CREATE TABLE IF NOT EXISTS import_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL DEFAULT 0,
    filename TEXT NOT NULL DEFAULT '',
    fingerprint TEXT NOT NULL DEFAULT '',
    mapping TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    shift_to_now INTEGER NOT NULL DEFAULT 0,
    shift_by INTEGER NOT NULL DEFAULT 0,
    without_answers INTEGER NOT NULL DEFAULT 0,
    rows_total INTEGER NOT NULL DEFAULT 0,
    rows_read INTEGER NOT NULL DEFAULT 0,
    last_line INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0,
    resolved INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    warnings INTEGER NOT NULL DEFAULT 0,
    rate INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    started_at INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS import_runs_started_at ON import_runs (started_at);
CREATE INDEX IF NOT EXISTS import_runs_fingerprint ON import_runs (fingerprint);

--   (run_id, id): the report of a run, page by page
CREATE TABLE IF NOT EXISTS import_issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL DEFAULT 0,
    line INTEGER NOT NULL DEFAULT 0,
    severity TEXT NOT NULL DEFAULT '',
    field TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS import_issues_run_id_id ON import_issues (run_id, id);

-- import_chunks: an uploaded file until its run is over, in pieces, so that any worker can run it
CREATE TABLE IF NOT EXISTS import_chunks (
    run_id INTEGER NOT NULL DEFAULT 0,
    no INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL,
    PRIMARY KEY (run_id, no)
);

-- contact_corrections: what a source changed after a resolution had frozen it; the resolution keeps what it was
--   (contact_id, id): shown in the contact's timeline
CREATE TABLE IF NOT EXISTS contact_corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER NOT NULL DEFAULT 0,
    resolution_no INTEGER NOT NULL DEFAULT 0,
    field TEXT NOT NULL DEFAULT '',
    old_value TEXT NOT NULL DEFAULT '',
    new_value TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS contact_corrections_contact_id_id ON contact_corrections (contact_id, id);

-- +goose Down
DROP TABLE IF EXISTS contact_corrections;
DROP TABLE IF EXISTS import_chunks;
DROP TABLE IF EXISTS import_issues;
DROP TABLE IF EXISTS import_runs;
DROP TABLE IF EXISTS mappings;
DROP TABLE IF EXISTS imported_answers;
DROP TABLE IF EXISTS resolutions;
DROP TABLE IF EXISTS participants;
DROP TABLE IF EXISTS contacts;
DROP TABLE IF EXISTS intake_batches;
DROP TABLE IF EXISTS agents;
DROP TABLE IF EXISTS customer_addresses;
DROP TABLE IF EXISTS customers;
DROP TABLE IF EXISTS persons;
DROP TABLE IF EXISTS sources;
