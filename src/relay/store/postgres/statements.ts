import { priorities } from '../port.ts'
import { type Column, columnTypes } from '../rules/columns.ts'

/*
 * Every statement of the adapter. State numbers: see migrations/0009.sql.
 *
 * One statement takes many rows, as an array for each column. Statements have no names, so that they are not prepared: a plan that was
 * made while the queue was short is bad when it is long.
 */

/** Transactions take turns by these advisory locks, which are released when they end; see also migrate.ts. */
const takeTurn = (turn: 1 | 2): string => `SELECT pg_advisory_xact_lock(${0x70757368}, ${turn})`

const ids = 'unnest($1::bigint[], $2::text[]) AS k (account, object_id)'
/** The columns that statements take of a row: one array for each, in this order. A row keeps its holder or loses it. */
export const rowColumns = (Object.keys(columnTypes) as Column[]).filter((name) => name !== 'holder')
const arrays = rowColumns.map((name, at) => `$${at + 1}::${columnTypes[name]}[]`)
const rows = `unnest(${arrays}) AS k (${rowColumns})`

const onlyQueued: readonly Column[] = ['generation', 'deferrals', 'failures', 'ready_at', 'due_at']
const settledColumns = rowColumns.filter((name) => !onlyQueued.includes(name))
const setAll = rowColumns.slice(2).map((name) => `${name} = k.${name}`)

/** Columns as RowColumns names them. */
const queued = rowColumns.map((name) => `q.${name}`)
const settled = rowColumns.map((name) => (settledColumns.includes(name) ? `s.${name}` : `NULL::${columnTypes[name]}`))
const fromQueue = `false AS settled, ${queued}, h.id AS holder
  FROM pushferry.queue q LEFT JOIN pushferry.holder h ON h.n = q.holder`
const fromSettled = `true AS settled, ${settled}, NULL AS holder FROM pushferry.settled s`

/** The oldest row of each kind of open row. Each kind has an index. */
const oldestOpen = [
  ...priorities.map((_, priority) => `priority = ${priority} AND state = 0 AND holder IS NULL`),
  ...['state = 1', 'holder IS NOT NULL AND state IN (0, 2)'],
].map((where) => `(SELECT seq, received_at FROM pushferry.queue WHERE account = $1 AND ${where} ORDER BY seq LIMIT 1)`)

const drop = (table: string): string =>
  `DELETE FROM pushferry.${table} t USING ${ids} WHERE t.account = k.account AND t.object_id = k.object_id`

export const sql = {
  addAccounts: `INSERT INTO pushferry.account (id, name) SELECT * FROM unnest($1::bigint[], $2::text[])
    ON CONFLICT (name) DO NOTHING`,

  /** One snapshot: a row that moves at the same time is seen once, in its old or its new table. */
  findRows: `SELECT ${fromQueue} JOIN ${ids} ON q.account = k.account AND q.object_id = k.object_id
    UNION ALL SELECT ${fromSettled} JOIN ${ids} ON s.account = k.account AND s.object_id = k.object_id`,
  /** For each account its queued records, applied or pending; `pending`: the pending records of all accounts. */
  readQueued: `SELECT (
      coalesce((SELECT t.n FROM pushferry.tally t WHERE t.account = k.account AND t.name = 'state:queued:live'), 0)
      + (SELECT coalesce(sum(i.n), 0) FROM pushferry.inbox i WHERE i.account = k.account))::bigint AS queued,
      (SELECT coalesce(sum(i.n), 0)::bigint FROM pushferry.inbox i) AS pending
    FROM unnest($1::bigint[]) WITH ORDINALITY AS k (account, nth) ORDER BY k.nth`,
  isPending: 'SELECT EXISTS (SELECT FROM pushferry.inbox) AS pending',
  takeAppendTurn: takeTurn(1),
  takeRowTurn: takeTurn(2),
  append: `INSERT INTO pushferry.inbox (account, received_at, n, body)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[])`,
  /** The oldest rows with about `$1` records together, and the number of the newest row. */
  readInbox: `SELECT i.seq, a.name AS account, i.received_at, i.body, (SELECT max(seq) FROM pushferry.inbox) AS newest
    FROM (SELECT *, sum(n) OVER (ORDER BY seq) - n AS before FROM pushferry.inbox) AS i
      JOIN pushferry.account a ON a.id = i.account
    WHERE i.before < $1 ORDER BY i.seq`,
  deleteApplied: 'DELETE FROM pushferry.inbox WHERE seq = ANY ($1)',

  addTally: `INSERT INTO pushferry.tally AS t (account, name, n) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])
    ON CONFLICT (account, name) DO UPDATE SET n = t.n + excluded.n`,
  /** Counts events, whose TallyName begins with `event:`. */
  addMinutes: `INSERT INTO pushferry.minute AS m (account, at, event, n)
    SELECT k.account, $4::bigint, substr(k.name, 7), k.amount
    FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS k (account, name, amount)
    ON CONFLICT (account, at, event) DO UPDATE SET n = m.n + excluded.n`,
  takeSequence: 'UPDATE pushferry.sequence SET n = n + $1 RETURNING n',

  dropQueue: drop('queue'),
  dropSettled: drop('settled'),
  changeQueue: `UPDATE pushferry.queue q SET ${setAll}, holder = CASE WHEN k.generation IS NULL THEN NULL ELSE q.holder END
    FROM ${rows} WHERE q.account = k.account AND q.object_id = k.object_id`,
  addQueue: `INSERT INTO pushferry.queue (${rowColumns}) SELECT ${rowColumns} FROM ${rows}`,
  addSettled: `INSERT INTO pushferry.settled (${settledColumns}) SELECT ${settledColumns} FROM ${rows}`,
  vacuum: 'VACUUM (TRUNCATE FALSE, INDEX_CLEANUP ON) pushferry.inbox, pushferry.queue, pushferry.settled',

  /** Waiting rows that have become due, or got their time from a wrong clock. At most 10,000, so that others do not wait long. */
  promoteWaiting: `UPDATE pushferry.queue SET state = 0, ready_at = due_at, due_at = 0 WHERE account = $1 AND object_id = ANY (ARRAY(
      (SELECT object_id FROM pushferry.queue WHERE account = $1 AND state = 1 AND due_at <= $2 ORDER BY due_at LIMIT 5000)
      UNION ALL (SELECT object_id FROM pushferry.queue WHERE account = $1 AND state = 1 AND due_at > $3 LIMIT 5000)))`,
  nextWaiting: 'SELECT min(due_at) AS due_at FROM pushferry.queue WHERE account = $1 AND state = 1',
  dueRows: `SELECT ${queued} FROM pushferry.queue q WHERE q.account = $1 AND q.state = 0 AND q.holder IS NULL
    ORDER BY q.priority, q.seq LIMIT $2`,
  leaseRows:
    'UPDATE pushferry.queue SET state = 2, holder = $3, generation = $4 WHERE account = $1 AND object_id = ANY ($2)',
  heldRows: `SELECT ${fromQueue} WHERE q.holder = $1`,

  /** Unproved, deferred and not leased. */
  oldestDeferred: `SELECT ${fromQueue} WHERE q.account = $1 AND q.priority = 1 AND q.state IN (0, 1) AND q.holder IS NULL
    ORDER BY q.seq LIMIT $2`,
  oldestRejected: `SELECT s.object_id FROM pushferry.settled s WHERE s.account = $1 AND s.state = 4 ORDER BY s.seq LIMIT $2`,
  /** Rows with one code, or all where `$4` is NULL. */
  rejectedRows: `SELECT ${fromSettled} WHERE s.account = $1 AND s.state = 4 AND s.seq < $2
    AND ($4::double precision IS NULL OR s.error_code = $4) ORDER BY s.seq DESC LIMIT $3`,
  acceptedRows: `SELECT object_id AS "objectId", type, encode(fingerprint, 'hex') AS fingerprint FROM pushferry.settled
    WHERE account = $1 AND state = 3 AND object_id > $2 ORDER BY object_id LIMIT $3`,

  joinHolder: 'INSERT INTO pushferry.holder (id, heartbeat, report) VALUES ($1, 0, $2) ON CONFLICT (id) DO NOTHING',
  heartbeatHolder: 'UPDATE pushferry.holder SET heartbeat = heartbeat + 1, report = $2 WHERE id = $1',
  findHolder: 'SELECT n FROM pushferry.holder WHERE id = $1',
  allHolders: 'SELECT id, heartbeat, report FROM pushferry.holder ORDER BY n',
  /** Waits for a heartbeat that is being written. */
  lockHolder: 'SELECT n FROM pushferry.holder WHERE id = $1 AND ($2::bigint IS NULL OR heartbeat = $2) FOR UPDATE',
  forgetHolder: 'DELETE FROM pushferry.holder WHERE n = $1',
  forgetSlots: 'DELETE FROM pushferry.slot WHERE holder = $1',
  setSlots: `INSERT INTO pushferry.slot (account, holder, held)
    SELECT $1, h.n, greatest(0, least($3::integer, $4::integer - (
      SELECT coalesce(sum(o.held), 0)::integer FROM pushferry.slot o WHERE o.account = $1 AND o.holder <> h.n)))
    FROM pushferry.holder h WHERE h.id = $2
    ON CONFLICT (account, holder) DO UPDATE SET held = excluded.held RETURNING held`,

  readTally: 'SELECT name, n FROM pushferry.tally WHERE account = $1',
  /** Numbers of queued rows of these accounts, by pool. */
  readQueuedRows: `SELECT account, substr(name, 14) AS pool, n FROM pushferry.tally
    WHERE account = ANY ($1) AND name IN ('state:queued:live', 'state:queued:import', 'state:queued:unproved')`,
  readMinutes: 'SELECT at, event, n FROM pushferry.minute WHERE account = $1 AND at >= $2 ORDER BY at',
  forgetMinutes: 'DELETE FROM pushferry.minute WHERE account = ANY ($1) AND at < $2',
  oldestOpen: `SELECT received_at FROM (
      ${oldestOpen.join(' UNION ALL ')}
    ) AS oldest ORDER BY seq LIMIT 1`,

  findSecret: 'SELECT value FROM pushferry.secret WHERE name = $1',
  addSecret: 'INSERT INTO pushferry.secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
  touchProbe: 'UPDATE pushferry.probe SET n = n + 1',
} as const
