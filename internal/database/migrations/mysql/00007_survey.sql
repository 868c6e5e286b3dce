-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS surveys (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(191) NOT NULL DEFAULT '',
    family VARCHAR(40) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY surveys_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- survey_versions: immutable once published; body is JSON.
CREATE TABLE IF NOT EXISTS survey_versions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    survey_id BIGINT NOT NULL DEFAULT 0,
    version INT NOT NULL DEFAULT 0,
    body MEDIUMTEXT NOT NULL,
    published_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY survey_versions_survey_id_version (survey_id, version)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (resolution_id, survey_id): one survey for one problem
--   unique (token_hash): the customer's link
--   (contact_id): a contact's timeline
--   (sent_at, id): the list, and the cohort of the evaluation rate
CREATE TABLE IF NOT EXISTS invitations (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    survey_version_id BIGINT NOT NULL DEFAULT 0,
    survey_id BIGINT NOT NULL DEFAULT 0,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    decision_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    outbound_channel VARCHAR(40) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    token_hash VARCHAR(191) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT NOT NULL DEFAULT 0,
    delivered_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    source_id BIGINT NOT NULL DEFAULT 0,
    agent_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    channel VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    severity VARCHAR(40) NOT NULL DEFAULT '',
    UNIQUE KEY invitations_resolution_id_survey_id (resolution_id, survey_id),
    UNIQUE KEY invitations_token_hash (token_hash),
    KEY invitations_contact_id (contact_id),
    KEY invitations_sent_at_id (sent_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (invitation_id): a second response to one invitation is refused
--   unique (external_key): an imported answer is taken over once
--   (resolution_id): coverage
--   (contact_id): a contact's timeline
--   (customer_id, answered_at): the last answer of a customer
--   (answered_at, id): newest low scores
CREATE TABLE IF NOT EXISTS responses (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    invitation_id BIGINT NULL,
    survey_version_id BIGINT NOT NULL DEFAULT 0,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    via VARCHAR(40) NOT NULL DEFAULT '',
    external_key VARCHAR(191) NULL,
    language VARCHAR(40) NOT NULL DEFAULT '',
    revision INT NOT NULL DEFAULT 0,
    first_answered_at BIGINT NOT NULL DEFAULT 0,
    answered_at BIGINT NOT NULL DEFAULT 0,
    finished_at BIGINT NOT NULL DEFAULT 0,
    late TINYINT(1) NOT NULL DEFAULT 0,
    excluded_at BIGINT NOT NULL DEFAULT 0,
    excluded_reason VARCHAR(40) NOT NULL DEFAULT '',
    callback_id BIGINT NOT NULL DEFAULT 0,
    score_metric VARCHAR(40) NOT NULL DEFAULT '',
    score_scale VARCHAR(40) NOT NULL DEFAULT '',
    score_value INT NOT NULL DEFAULT 0,
    score_band TINYINT NOT NULL DEFAULT 0,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    source_id BIGINT NOT NULL DEFAULT 0,
    agent_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    channel VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    severity VARCHAR(40) NOT NULL DEFAULT '',
    UNIQUE KEY responses_invitation_id (invitation_id),
    UNIQUE KEY responses_external_key (external_key),
    KEY responses_resolution_id (resolution_id),
    KEY responses_contact_id (contact_id),
    KEY responses_customer_id_answered_at (customer_id, answered_at),
    KEY responses_answered_at_id (answered_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (response_id, revision, question): one answer to a question in a revision
CREATE TABLE IF NOT EXISTS answers (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    response_id BIGINT NOT NULL DEFAULT 0,
    revision INT NOT NULL DEFAULT 0,
    question VARCHAR(40) NOT NULL DEFAULT '',
    metric VARCHAR(40) NOT NULL DEFAULT '',
    scale VARCHAR(40) NOT NULL DEFAULT '',
    value BIGINT NULL,
    band TINYINT NOT NULL DEFAULT 0,
    choices MEDIUMTEXT NOT NULL,
    comment MEDIUMTEXT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY answers_response_id_revision_question (response_id, revision, question)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- messages: what customers would have been sent. The log sender keeps them here, for trials and for tests.
--   unique (message_id): the same message is kept once
--   (created_at, id): the page, newest first; housekeeping: bodies hold links and go after a week
CREATE TABLE IF NOT EXISTS messages (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    message_id VARCHAR(191) NOT NULL DEFAULT '',
    channel VARCHAR(40) NOT NULL DEFAULT '',
    recipient VARCHAR(191) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    subject VARCHAR(191) NOT NULL DEFAULT '',
    body MEDIUMTEXT NOT NULL,
    created_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY messages_message_id (message_id),
    KEY messages_created_at_id (created_at, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS messages;
DROP TABLE IF EXISTS answers;
DROP TABLE IF EXISTS responses;
DROP TABLE IF EXISTS invitations;
DROP TABLE IF EXISTS survey_versions;
DROP TABLE IF EXISTS surveys;
