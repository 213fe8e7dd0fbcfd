-- A row is in one of two tables. `queue` holds what may still be uploaded, with its token: small, busy, and the same size
-- whatever was uploaded before. `settled` holds the rest, with a fingerprint: large and quiet. PostgreSQL writes a new
-- version of a row, and new entries in all its indexes, at each change of an indexed column, so one table for both would
-- write to its largest indexes at intake, at lease and at result; like this they are written once, at the result.
--
-- state: see rules/columns.ts; a withdrawn row is in `queue` as long as the upload of its former token is in flight.
-- priority: 0 live, 1 deferred, 2 import; see `Priority` in records.ts. proved: see `Pool` there. confirmed_on: the day, since
-- the epoch, of a browser's last confirmation. generation: the number of one lease, never used again.
--
-- Ids compare by byte, which is quicker, and an index of them does not depend on the system's locale. An account's id
-- follows from its name; see accounts.ts.
CREATE TABLE pushferry.account (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
-- Accepted records that are not in `queue` yet: the `n` records of one account and one group commit, in `body` as inbox.ts
-- writes them. `seq` is the order in which they were accepted. Bodies are random text, which compression would hardly make
-- smaller.
CREATE TABLE pushferry.inbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint NOT NULL REFERENCES pushferry.account (id),
  received_at bigint NOT NULL, n integer NOT NULL, body text NOT NULL
) WITH (
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_threshold = 2000,
  toast.autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE pushferry.inbox ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE pushferry.queue (
  seq bigint NOT NULL, received_at bigint NOT NULL, ready_at bigint NOT NULL, due_at bigint NOT NULL, settled_at bigint,
  generation bigint, error_code double precision, account bigint NOT NULL REFERENCES pushferry.account (id),
  holder integer, attempts integer NOT NULL, deferrals integer NOT NULL, failures integer NOT NULL,
  state smallint NOT NULL, priority smallint NOT NULL, keyed boolean NOT NULL, proved boolean NOT NULL DEFAULT true,
  confirmed_on integer, object_id text COLLATE "C" NOT NULL, type text NOT NULL,
  fingerprint bytea NOT NULL, token text, p256dh text, auth text, error_message text, warnings text,
  PRIMARY KEY (account, object_id),
  CHECK (state IN (0, 1, 2, 5, 6)),
  CHECK ((holder IS NULL) = (generation IS NULL)),
  CHECK (holder IS NOT NULL OR state IN (0, 1))
) WITH (
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.1, autovacuum_analyze_threshold = 2000
);
CREATE INDEX queue_due ON pushferry.queue (account, priority, seq) WHERE state = 0 AND holder IS NULL;
CREATE INDEX queue_waiting ON pushferry.queue (account, due_at) WHERE state = 1;
CREATE INDEX queue_waiting_age ON pushferry.queue (account, seq) WHERE state = 1;
CREATE INDEX queue_deferred ON pushferry.queue (account, seq) WHERE priority = 1 AND state IN (0, 1) AND holder IS NULL;
CREATE INDEX queue_held ON pushferry.queue (holder) WHERE holder IS NOT NULL;
CREATE TABLE pushferry.settled (
  received_at bigint NOT NULL, settled_at bigint NOT NULL, seq bigint, error_code double precision,
  account bigint NOT NULL REFERENCES pushferry.account (id), attempts integer NOT NULL,
  state smallint NOT NULL, priority smallint NOT NULL, keyed boolean NOT NULL, proved boolean NOT NULL DEFAULT true,
  confirmed_on integer, object_id text COLLATE "C" NOT NULL, type text NOT NULL,
  fingerprint bytea NOT NULL, token text, p256dh text, auth text, error_message text, warnings text,
  PRIMARY KEY (account, object_id),
  CHECK (state IN (3, 4, 5))
);
CREATE INDEX settled_rejected ON pushferry.settled (account, seq) WHERE state = 4;
CREATE TABLE pushferry.holder (
  n integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, heartbeat bigint NOT NULL, report text NOT NULL
);
CREATE TABLE pushferry.slot (
  account bigint NOT NULL REFERENCES pushferry.account (id), holder integer NOT NULL, held integer NOT NULL, PRIMARY KEY (account, holder)
);
CREATE TABLE pushferry.tally (
  account bigint NOT NULL, name text COLLATE "C" NOT NULL, n bigint NOT NULL, PRIMARY KEY (account, name)
) WITH (fillfactor = 50);
CREATE TABLE pushferry.minute (
  account bigint NOT NULL, at bigint NOT NULL, event text COLLATE "C" NOT NULL, n bigint NOT NULL, PRIMARY KEY (account, at, event)
) WITH (fillfactor = 50);
CREATE TABLE pushferry.secret (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE pushferry.probe (n bigint NOT NULL);
INSERT INTO pushferry.probe (n) VALUES (0);
-- One row: the highest sequence number.
CREATE TABLE pushferry.sequence (n bigint NOT NULL);
INSERT INTO pushferry.sequence (n) VALUES (0);
