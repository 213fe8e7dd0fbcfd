-- The outbox. Schemas 1 to 6 were never released; a database that has one is refused. Never edited after a release.

CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- state: see rules/columns.ts. priority: 0 live, 1 deferred, 2 import; see `Priority` in records.ts. proved: see `Pool` there.
-- confirmed_on: the day, since the epoch, of a browser's last confirmation.
CREATE TABLE token (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account (id), object_id TEXT NOT NULL, type TEXT NOT NULL,
  state INTEGER NOT NULL, priority INTEGER NOT NULL, seq INTEGER NOT NULL, generation INTEGER NOT NULL,
  keyed INTEGER NOT NULL, proved INTEGER NOT NULL DEFAULT 1, confirmed_on INTEGER,
  holder INTEGER, attempts INTEGER NOT NULL, deferrals INTEGER NOT NULL, failures INTEGER NOT NULL,
  received_at INTEGER NOT NULL, ready_at INTEGER NOT NULL, due_at INTEGER NOT NULL, settled_at INTEGER,
  fingerprint BLOB NOT NULL, token TEXT, p256dh TEXT, auth TEXT,
  error_code INTEGER, error_message TEXT, warnings TEXT
);
CREATE UNIQUE INDEX token_person ON token (account, object_id);
-- The indexes that serve the uploader are partial, so that a settled row costs only its own.
CREATE INDEX token_due ON token (account, priority, seq) WHERE state = 0 AND holder IS NULL;
CREATE INDEX token_waiting ON token (account, due_at) WHERE state = 1;
CREATE INDEX token_waiting_age ON token (account, seq) WHERE state = 1;
-- The oldest of the unproved rows that were put off, which give way to new ones.
CREATE INDEX token_deferred ON token (account, seq) WHERE priority = 1 AND state IN (0, 1);
CREATE INDEX token_held ON token (holder) WHERE holder IS NOT NULL;
CREATE INDEX token_rejected ON token (account, seq) WHERE state = 4;

-- Accepted records that are not applied to `token` yet; one row a commit. seq: of the first of its records, the others
-- follow. records: JSON, see sqlite/inbox-records.ts.
CREATE TABLE inbox (seq INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, records TEXT NOT NULL);
-- One row. Of the records up to the sequence number `upto`, those are applied whose key is not above `position`: `applied` records.
CREATE TABLE merge (upto INTEGER NOT NULL, position TEXT NOT NULL, applied INTEGER NOT NULL);
INSERT INTO merge (upto, position, applied) VALUES (0, '', 0);

CREATE TABLE holder (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, heartbeat INTEGER NOT NULL, report TEXT NOT NULL);
CREATE TABLE slot (
  account INTEGER NOT NULL, holder INTEGER NOT NULL, held INTEGER NOT NULL, PRIMARY KEY (account, holder)
) WITHOUT ROWID;
CREATE TABLE tally (account INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (account, name)) WITHOUT ROWID;
CREATE TABLE minute (
  account INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (account, at, event)
) WITHOUT ROWID;
CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE single (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO single (name, n) VALUES ('sequence', 0), ('probe', 0);
