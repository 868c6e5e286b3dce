-- +goose NO TRANSACTION
-- +goose Up

-- handoffs: what is not solved, or complained about, with who owes the reply and by when. said, note, question, reply, owner_name and the
-- links are words about a customer, or by one: who erases a customer empties them here and words and name in handoff_entries, by
-- handoff_id, and keeps that there was a handoff, whose it was and what became of it. Both go with their contact when that is over.
--   unique (open_key): at most one open handoff of a kind about a contact, whoever opens it at the same moment; NULL when it is closed
--   (contact_id, state): whether nobody may be called about a contact, asked by every claim and offer; the story of a contact
--   (state, due_at): the list of who sees all, by what is owed first
--   (team_id, state, due_at): the same of a team, which is what handlers and supervisors read
--   (from_team_id, state): what a supervisor's own callers opened, beside that of their teams
--   (for_caller, state): what a caller follows
--   (owner_id, state): what a handler has taken
--   (source_id, id): what a machine reads of its source, in the order of opening
--   (customer_id): the customer's page, and erasure
--   (second_call_id): whose second call a callback is; one is written a handoff
-- A centre opens a handoff for a few of a hundred callbacks: eight entries for each cost little beside the call.
--
-- handoff_entries: every act on one, in order, never changed. See above for its words.
--   (handoff_id): the log of one, by id
--   (act, at): what was filled in or sent wrongly within a period, counted for pages
--
-- handoff_notices: what somebody must know of one, from then until somebody has seen it. It holds ids only.
--   unique (handoff_id, code): each is told once, whatever is tried again
--   (for_user_id, seen_at): what one user is told, such as who leads a team; 0 in nearly all
--   (told, seen_at, team_id): what nobody has seen, of a role and a team; nearly all are seen
--
-- handoff_terms: when a team works and how soon it replies, one row a team that said so. No personal data but the id of a user.
CREATE TABLE IF NOT EXISTS handoffs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    state VARCHAR(40) NOT NULL DEFAULT '',
    result VARCHAR(40) NOT NULL DEFAULT '',
    open_key VARCHAR(190),
    version BIGINT NOT NULL DEFAULT 0,
    round INT NOT NULL DEFAULT 1,
    previous_id BIGINT NOT NULL DEFAULT 0,
    next_id BIGINT NOT NULL DEFAULT 0,
    source_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    resolution_id BIGINT NOT NULL DEFAULT 0,
    customer_id BIGINT NOT NULL DEFAULT 0,
    person_id BIGINT NOT NULL DEFAULT 0,
    callback_id BIGINT NOT NULL DEFAULT 0,
    attempt_id BIGINT NOT NULL DEFAULT 0,
    response_id BIGINT NOT NULL DEFAULT 0,
    via VARCHAR(40) NOT NULL DEFAULT '',
    team_id BIGINT NOT NULL DEFAULT 0,
    from_team_id BIGINT NOT NULL DEFAULT 0,
    owner_id BIGINT NOT NULL DEFAULT 0,
    owner_name VARCHAR(190) NOT NULL DEFAULT '',
    opened_by BIGINT NOT NULL DEFAULT 0,
    for_caller BIGINT NOT NULL DEFAULT 0,
    severity INT NOT NULL DEFAULT 0,
    said MEDIUMTEXT NOT NULL,
    note MEDIUMTEXT NOT NULL,
    question MEDIUMTEXT NOT NULL,
    mistake VARCHAR(40) NOT NULL DEFAULT '',
    reply MEDIUMTEXT NOT NULL,
    remedy VARCHAR(40) NOT NULL DEFAULT '',
    replied_by BIGINT NOT NULL DEFAULT 0,
    replied_at BIGINT NOT NULL DEFAULT 0,
    links MEDIUMTEXT NOT NULL,
    reply_links MEDIUMTEXT NOT NULL,
    said_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    warn_at BIGINT NOT NULL DEFAULT 0,
    look_at BIGINT NOT NULL DEFAULT 0,
    step INT NOT NULL DEFAULT 0,
    pretext VARCHAR(40) NOT NULL DEFAULT '',
    suspended_at BIGINT NOT NULL DEFAULT 0,
    resume_at BIGINT NOT NULL DEFAULT 0,
    suspensions INT NOT NULL DEFAULT 0,
    stood BIGINT NOT NULL DEFAULT 0,
    second_call_id BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY handoffs_open_key (open_key),
    KEY handoffs_contact_id_state (contact_id, state),
    KEY handoffs_state_due_at (state, due_at),
    KEY handoffs_team_id_state_due_at (team_id, state, due_at),
    KEY handoffs_from_team_id_state (from_team_id, state),
    KEY handoffs_for_caller_state (for_caller, state),
    KEY handoffs_owner_id_state (owner_id, state),
    KEY handoffs_source_id_id (source_id, id),
    KEY handoffs_customer_id (customer_id),
    KEY handoffs_second_call_id (second_call_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS handoff_entries (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    handoff_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    act VARCHAR(40) NOT NULL DEFAULT '',
    from_state VARCHAR(40) NOT NULL DEFAULT '',
    state VARCHAR(40) NOT NULL DEFAULT '',
    user_id BIGINT NOT NULL DEFAULT 0,
    name VARCHAR(190) NOT NULL DEFAULT '',
    team_id BIGINT NOT NULL DEFAULT 0,
    for_user_id BIGINT NOT NULL DEFAULT 0,
    code VARCHAR(40) NOT NULL DEFAULT '',
    ref BIGINT NOT NULL DEFAULT 0,
    words MEDIUMTEXT NOT NULL,
    KEY handoff_entries_handoff_id (handoff_id),
    KEY handoff_entries_act_at (act, at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS handoff_notices (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    handoff_id BIGINT NOT NULL DEFAULT 0,
    code VARCHAR(40) NOT NULL DEFAULT '',
    told VARCHAR(40) NOT NULL DEFAULT '',
    for_user_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    from_team_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    seen_by BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY handoff_notices_handoff_id_code (handoff_id, code),
    KEY handoff_notices_for_user_id_seen_at (for_user_id, seen_at),
    KEY handoff_notices_told_seen_at_team_id (told, seen_at, team_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS handoff_terms (
    team_id BIGINT NOT NULL PRIMARY KEY,
    terms MEDIUMTEXT NOT NULL,
    changed_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS handoff_terms;
DROP TABLE IF EXISTS handoff_notices;
DROP TABLE IF EXISTS handoff_entries;
DROP TABLE IF EXISTS handoffs;
