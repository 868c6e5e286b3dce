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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '',
    open_key TEXT,
    version INTEGER NOT NULL DEFAULT 0,
    round INTEGER NOT NULL DEFAULT 1,
    previous_id INTEGER NOT NULL DEFAULT 0,
    next_id INTEGER NOT NULL DEFAULT 0,
    source_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    resolution_id INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER NOT NULL DEFAULT 0,
    person_id INTEGER NOT NULL DEFAULT 0,
    callback_id INTEGER NOT NULL DEFAULT 0,
    attempt_id INTEGER NOT NULL DEFAULT 0,
    response_id INTEGER NOT NULL DEFAULT 0,
    via TEXT NOT NULL DEFAULT '',
    team_id INTEGER NOT NULL DEFAULT 0,
    from_team_id INTEGER NOT NULL DEFAULT 0,
    owner_id INTEGER NOT NULL DEFAULT 0,
    owner_name TEXT NOT NULL DEFAULT '',
    opened_by INTEGER NOT NULL DEFAULT 0,
    for_caller INTEGER NOT NULL DEFAULT 0,
    severity INTEGER NOT NULL DEFAULT 0,
    said TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    question TEXT NOT NULL DEFAULT '',
    mistake TEXT NOT NULL DEFAULT '',
    reply TEXT NOT NULL DEFAULT '',
    remedy TEXT NOT NULL DEFAULT '',
    replied_by INTEGER NOT NULL DEFAULT 0,
    replied_at INTEGER NOT NULL DEFAULT 0,
    links TEXT NOT NULL DEFAULT '',
    reply_links TEXT NOT NULL DEFAULT '',
    said_at INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    warn_at INTEGER NOT NULL DEFAULT 0,
    look_at INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    pretext TEXT NOT NULL DEFAULT '',
    suspended_at INTEGER NOT NULL DEFAULT 0,
    resume_at INTEGER NOT NULL DEFAULT 0,
    suspensions INTEGER NOT NULL DEFAULT 0,
    stood INTEGER NOT NULL DEFAULT 0,
    second_call_id INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS handoffs_open_key ON handoffs (open_key);
CREATE INDEX IF NOT EXISTS handoffs_contact_id_state ON handoffs (contact_id, state);
CREATE INDEX IF NOT EXISTS handoffs_state_due_at ON handoffs (state, due_at);
CREATE INDEX IF NOT EXISTS handoffs_team_id_state_due_at ON handoffs (team_id, state, due_at);
CREATE INDEX IF NOT EXISTS handoffs_from_team_id_state ON handoffs (from_team_id, state);
CREATE INDEX IF NOT EXISTS handoffs_for_caller_state ON handoffs (for_caller, state);
CREATE INDEX IF NOT EXISTS handoffs_owner_id_state ON handoffs (owner_id, state);
CREATE INDEX IF NOT EXISTS handoffs_source_id_id ON handoffs (source_id, id);
CREATE INDEX IF NOT EXISTS handoffs_customer_id ON handoffs (customer_id);
CREATE INDEX IF NOT EXISTS handoffs_second_call_id ON handoffs (second_call_id);

CREATE TABLE IF NOT EXISTS handoff_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    handoff_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    act TEXT NOT NULL DEFAULT '',
    from_state TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    user_id INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    team_id INTEGER NOT NULL DEFAULT 0,
    for_user_id INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '',
    ref INTEGER NOT NULL DEFAULT 0,
    words TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS handoff_entries_handoff_id ON handoff_entries (handoff_id);
CREATE INDEX IF NOT EXISTS handoff_entries_act_at ON handoff_entries (act, at);

CREATE TABLE IF NOT EXISTS handoff_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    handoff_id INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '',
    told TEXT NOT NULL DEFAULT '',
    for_user_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    from_team_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0,
    seen_by INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS handoff_notices_handoff_id_code ON handoff_notices (handoff_id, code);
CREATE INDEX IF NOT EXISTS handoff_notices_for_user_id_seen_at ON handoff_notices (for_user_id, seen_at);
CREATE INDEX IF NOT EXISTS handoff_notices_told_seen_at_team_id ON handoff_notices (told, seen_at, team_id);

CREATE TABLE IF NOT EXISTS handoff_terms (
    team_id INTEGER PRIMARY KEY,
    terms TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE IF EXISTS handoff_terms;
DROP TABLE IF EXISTS handoff_notices;
DROP TABLE IF EXISTS handoff_entries;
DROP TABLE IF EXISTS handoffs;
