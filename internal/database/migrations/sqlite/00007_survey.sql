-- +goose Up

CREATE TABLE IF NOT EXISTS surveys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    family TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS surveys_name ON surveys (name);

-- survey_versions: immutable once published; body is JSON.
CREATE TABLE IF NOT EXISTS survey_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    survey_id INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '',
    published_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS survey_versions_survey_id_version ON survey_versions (survey_id, version);

--   unique (resolution_id, survey_id): one survey for one problem
--   unique (token_hash): the customer's link
--   (contact_id): a contact's timeline
--   (sent_at, id): the list, and the cohort of the evaluation rate
CREATE TABLE IF NOT EXISTS invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    survey_version_id INTEGER NOT NULL DEFAULT 0,
    survey_id INTEGER NOT NULL DEFAULT 0,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    decision_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    outbound_channel TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    token_hash TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    resolved_at INTEGER NOT NULL DEFAULT 0,
    source_id INTEGER NOT NULL DEFAULT 0,
    agent_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    channel TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS invitations_resolution_id_survey_id ON invitations (resolution_id, survey_id);
CREATE UNIQUE INDEX IF NOT EXISTS invitations_token_hash ON invitations (token_hash);
CREATE INDEX IF NOT EXISTS invitations_contact_id ON invitations (contact_id);
CREATE INDEX IF NOT EXISTS invitations_sent_at_id ON invitations (sent_at, id);

--   unique (invitation_id): a second response to one invitation is refused
--   unique (external_key): an imported answer is taken over once
--   (resolution_id): coverage
--   (contact_id): a contact's timeline
--   (customer_id, answered_at): the last answer of a customer
--   (answered_at, id): newest low scores
CREATE TABLE IF NOT EXISTS responses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    invitation_id INTEGER NULL,
    survey_version_id INTEGER NOT NULL DEFAULT 0,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    via TEXT NOT NULL DEFAULT '',
    external_key TEXT NULL,
    language TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 0,
    first_answered_at INTEGER NOT NULL DEFAULT 0,
    answered_at INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER NOT NULL DEFAULT 0,
    late INTEGER NOT NULL DEFAULT 0,
    excluded_at INTEGER NOT NULL DEFAULT 0,
    excluded_reason TEXT NOT NULL DEFAULT '',
    callback_id INTEGER NOT NULL DEFAULT 0,
    score_metric TEXT NOT NULL DEFAULT '',
    score_scale TEXT NOT NULL DEFAULT '',
    score_value INTEGER NOT NULL DEFAULT 0,
    score_band INTEGER NOT NULL DEFAULT 0,
    resolved_at INTEGER NOT NULL DEFAULT 0,
    source_id INTEGER NOT NULL DEFAULT 0,
    agent_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    channel TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    severity TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS responses_invitation_id ON responses (invitation_id);
CREATE UNIQUE INDEX IF NOT EXISTS responses_external_key ON responses (external_key);
CREATE INDEX IF NOT EXISTS responses_resolution_id ON responses (resolution_id);
CREATE INDEX IF NOT EXISTS responses_contact_id ON responses (contact_id);
CREATE INDEX IF NOT EXISTS responses_customer_id_answered_at ON responses (customer_id, answered_at);
CREATE INDEX IF NOT EXISTS responses_answered_at_id ON responses (answered_at, id);

--   unique (response_id, revision, question): one answer to a question in a revision
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    response_id INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    question TEXT NOT NULL DEFAULT '',
    metric TEXT NOT NULL DEFAULT '',
    scale TEXT NOT NULL DEFAULT '',
    value INTEGER NULL,
    band INTEGER NOT NULL DEFAULT 0,
    choices TEXT NOT NULL DEFAULT '',
    comment TEXT NOT NULL DEFAULT '',
    answered_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS answers_response_id_revision_question ON answers (response_id, revision, question);

-- messages: what customers would have been sent. The log sender keeps them here, for trials and for tests.
--   unique (message_id): the same message is kept once
--   (created_at, id): the page, newest first; housekeeping: bodies hold links and go after a week
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    recipient TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS messages_message_id ON messages (message_id);
CREATE INDEX IF NOT EXISTS messages_created_at_id ON messages (created_at, id);

-- +goose Down
DROP TABLE IF EXISTS messages;
DROP TABLE IF EXISTS answers;
DROP TABLE IF EXISTS responses;
DROP TABLE IF EXISTS invitations;
DROP TABLE IF EXISTS survey_versions;
DROP TABLE IF EXISTS surveys;
