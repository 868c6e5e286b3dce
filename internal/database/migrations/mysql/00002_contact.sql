-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS sources (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(191) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY sources_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS persons (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    version BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (source_id, reference): a source names a customer once
--   (person_id): the customers of a person
--   (name): people search by name
CREATE TABLE IF NOT EXISTS customers (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    reference VARCHAR(191) NOT NULL DEFAULT '',
    person_id BIGINT NOT NULL DEFAULT 0,
    name VARCHAR(191) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    zone VARCHAR(40) NOT NULL DEFAULT '',
    tags MEDIUMTEXT NOT NULL,
    attributes MEDIUMTEXT NOT NULL,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY customers_source_id_reference (source_id, reference),
    KEY customers_person_id (person_id),
    KEY customers_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (customer_id, kind, position): the addresses of a customer, the first one first
--   (kind, normalised, customer_id): who else has this number: identity, incoming refusals
CREATE TABLE IF NOT EXISTS customer_addresses (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    position INT NOT NULL DEFAULT 0,
    raw VARCHAR(191) NOT NULL DEFAULT '',
    normalised VARCHAR(191) NOT NULL DEFAULT '',
    KEY customer_addresses_customer_id_kind_position (customer_id, kind, position),
    KEY customer_addresses_kind_normalised_customer_id (kind, normalised, customer_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (source_id, name): agents are interned at intake
CREATE TABLE IF NOT EXISTS agents (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    name VARCHAR(191) NOT NULL DEFAULT '',
    UNIQUE KEY agents_source_id_name (source_id, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS intake_batches (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (source_id, external_id): each contact once, whatever the number of times it is delivered
--   (customer_id, opened_at): the history of a customer
--   (changed_at, id): the list of contacts, newest first
CREATE TABLE IF NOT EXISTS contacts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    external_id VARCHAR(191) NOT NULL DEFAULT '',
    customer_id BIGINT NOT NULL DEFAULT 0,
    status VARCHAR(40) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    subcategory VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    severity VARCHAR(40) NOT NULL DEFAULT '',
    complaint TINYINT(1) NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    first_response_at BIGINT NOT NULL DEFAULT 0,
    talk_seconds BIGINT NULL,
    hold_seconds BIGINT NULL,
    wrap_up_seconds BIGINT NULL,
    order_reference VARCHAR(191) NOT NULL DEFAULT '',
    resolution_text MEDIUMTEXT NOT NULL,
    recording_url VARCHAR(512) NOT NULL DEFAULT '',
    auto_closed TINYINT(1) NOT NULL DEFAULT 0,
    tags MEDIUMTEXT NOT NULL,
    content_hash VARCHAR(40) NOT NULL DEFAULT '',
    resolution_count INT NOT NULL DEFAULT 0,
    source_changed_at BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY contacts_source_id_external_id (source_id, external_id),
    KEY contacts_customer_id_opened_at (customer_id, opened_at),
    KEY contacts_changed_at_id (changed_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (contact_id): shown with the contact
CREATE TABLE IF NOT EXISTS participants (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    contact_id BIGINT NOT NULL DEFAULT 0,
    role VARCHAR(40) NOT NULL DEFAULT '',
    agent_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    KEY participants_contact_id (contact_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (contact_id, no): one resolution a number
--   (batch_id): the planner reads what its batch brought
--   (customer_id, resolved_at): history, repeat contacts, audiences
--   (resolved_at, id): decisions by day, coverage
CREATE TABLE IF NOT EXISTS resolutions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    contact_id BIGINT NOT NULL DEFAULT 0,
    no INT NOT NULL DEFAULT 0,
    batch_id BIGINT NOT NULL DEFAULT 0,
    source_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    agent_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    channel VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    severity VARCHAR(40) NOT NULL DEFAULT '',
    complaint TINYINT(1) NOT NULL DEFAULT 0,
    auto_closed TINYINT(1) NOT NULL DEFAULT 0,
    answered TINYINT(1) NOT NULL DEFAULT 0,
    reopened_at BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY resolutions_contact_id_no (contact_id, no),
    KEY resolutions_batch_id (batch_id),
    KEY resolutions_customer_id_resolved_at (customer_id, resolved_at),
    KEY resolutions_resolved_at_id (resolved_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (resolution_id, metric): the same file again brings no second answer
--   (batch_id): survey takes over what its batch brought
CREATE TABLE IF NOT EXISTS imported_answers (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    batch_id BIGINT NOT NULL DEFAULT 0,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    metric VARCHAR(40) NOT NULL DEFAULT '',
    value INT NOT NULL DEFAULT 0,
    scale VARCHAR(40) NOT NULL DEFAULT '',
    comment MEDIUMTEXT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY imported_answers_resolution_id_metric (resolution_id, metric),
    KEY imported_answers_batch_id (batch_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS mappings (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(191) NOT NULL DEFAULT '',
    body MEDIUMTEXT NOT NULL,
    updated_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY mappings_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (started_at): the newest runs first
--   (fingerprint): an unfinished run of the same file is gone on with
CREATE TABLE IF NOT EXISTS import_runs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source_id BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    filename VARCHAR(191) NOT NULL DEFAULT '',
    fingerprint VARCHAR(64) NOT NULL DEFAULT '',
    mapping MEDIUMTEXT NOT NULL,
    state VARCHAR(40) NOT NULL DEFAULT '',
    shift_to_now TINYINT(1) NOT NULL DEFAULT 0,
    shift_by BIGINT NOT NULL DEFAULT 0,
    without_answers TINYINT(1) NOT NULL DEFAULT 0,
    rows_total BIGINT NOT NULL DEFAULT 0,
    rows_read BIGINT NOT NULL DEFAULT 0,
    last_line BIGINT NOT NULL DEFAULT 0,
    accepted BIGINT NOT NULL DEFAULT 0,
    resolved BIGINT NOT NULL DEFAULT 0,
    duplicates BIGINT NOT NULL DEFAULT 0,
    updated BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    warnings BIGINT NOT NULL DEFAULT 0,
    rate BIGINT NOT NULL DEFAULT 0,
    error VARCHAR(191) NOT NULL DEFAULT '',
    started_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    finished_at BIGINT NOT NULL DEFAULT 0,
    KEY import_runs_started_at (started_at),
    KEY import_runs_fingerprint (fingerprint)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (run_id, id): the report of a run, page by page
CREATE TABLE IF NOT EXISTS import_issues (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    run_id BIGINT NOT NULL DEFAULT 0,
    line BIGINT NOT NULL DEFAULT 0,
    severity VARCHAR(40) NOT NULL DEFAULT '',
    field VARCHAR(191) NOT NULL DEFAULT '',
    code VARCHAR(40) NOT NULL DEFAULT '',
    problem VARCHAR(512) NOT NULL DEFAULT '',
    value VARCHAR(191) NOT NULL DEFAULT '',
    KEY import_issues_run_id_id (run_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- import_chunks: an uploaded file until its run is over, in pieces, so that any worker can run it
CREATE TABLE IF NOT EXISTS import_chunks (
    run_id BIGINT NOT NULL DEFAULT 0,
    no INT NOT NULL DEFAULT 0,
    body MEDIUMBLOB NOT NULL,
    PRIMARY KEY (run_id, no)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- contact_corrections: what a source changed after a resolution had frozen it; the resolution keeps what it was
--   (contact_id, id): shown in the contact's timeline
CREATE TABLE IF NOT EXISTS contact_corrections (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    contact_id BIGINT NOT NULL DEFAULT 0,
    resolution_no INT NOT NULL DEFAULT 0,
    field VARCHAR(40) NOT NULL DEFAULT '',
    old_value VARCHAR(191) NOT NULL DEFAULT '',
    new_value VARCHAR(191) NOT NULL DEFAULT '',
    at BIGINT NOT NULL DEFAULT 0,
    KEY contact_corrections_contact_id_id (contact_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

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
