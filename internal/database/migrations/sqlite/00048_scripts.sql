-- +goose Up

-- scripts: what callers say, and the steps of help (kind help), by kind of callback, category, product and language; category and
-- product '' are any. version 0 is a draft, the others are published and never change; retired says that from this version on there is
-- none of its own. They are the centre's words: no personal data, so that neither erasure nor retention touches them; attempts name them.
--   unique (kind, language, category, product, version): the newest version that matches a callback, which the desk asks at every call;
--   and there is one draft of each
CREATE TABLE IF NOT EXISTS scripts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '',
    short TEXT NOT NULL DEFAULT '',
    retired INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    based_on INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    updated_by INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS scripts_kind_language_category_product_version ON scripts (kind, language, category, product, version);

-- phrases: canned phrases, a line each: the centre's (owner_id 0) and each caller's own. Callers are told to keep customers out of them;
-- who erases a user deletes their row.
--   primary key (owner_id): read with every desk
CREATE TABLE IF NOT EXISTS phrases (
    owner_id INTEGER NOT NULL PRIMARY KEY,
    body TEXT NOT NULL DEFAULT '',
    updated_by INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0
);

-- attempts: script_id is the version that was shown; help_tried is JSON, the steps of help the customer was led through. When the phone
-- rang, was answered and hung up, and where the recording is, comes from what knows of the line: 0 and '' are unknown. A recording is
-- the customer's voice: who erases a customer clears recording_url here and deletes the file where it is, and both go with the attempt.
-- None of them needs an index: attempts are read by callback.
ALTER TABLE attempts ADD COLUMN script_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN help_tried TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN ringing_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN answered_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN hung_up_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN recording_url TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attempts DROP COLUMN recording_url;
ALTER TABLE attempts DROP COLUMN hung_up_at;
ALTER TABLE attempts DROP COLUMN answered_at;
ALTER TABLE attempts DROP COLUMN ringing_at;
ALTER TABLE attempts DROP COLUMN help_tried;
ALTER TABLE attempts DROP COLUMN script_id;
DROP TABLE IF EXISTS phrases;
DROP TABLE IF EXISTS scripts;
