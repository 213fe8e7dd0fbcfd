import { priorities } from '../port.ts'
import { type Column, columnTypes } from '../rules/columns.ts'
import type { SqlDatabase, SqlStatement } from './driver.ts'

/** Rows in one `insertTokens`. With more or fewer, each row takes longer. */
export const rowsInserted = 50

const newColumns = `account, priority, keyed, proved, confirmed_on, object_id, type, seq, generation, received_at, ready_at,
    fingerprint, token, p256dh, auth, warnings, state, attempts, deferrals, failures, due_at`
/** ObjectId, type, sequence number, time, fingerprint, token, its two keys, warnings. */
const newRow = '(?, ?, ?, ?, ?, ?, ?, ?, ?)'

/** The columns that `saveToken` writes, in the order of its values. */
export const writtenColumns = Object.keys(columnTypes) as Column[]
/** All of them except the key. */
const setAll = writtenColumns.slice(2).map((name) => `${name} = excluded.${name}`)

/** The oldest row of each kind of open row. Each kind has an index. */
const oldestOpen = [
  "inbox WHERE EXISTS (SELECT 1 FROM tally WHERE account = ?1 AND name = 'pending' AND n > 0)",
  ...priorities.map((_, at) => `token WHERE account = ?1 AND priority = ${at} AND state = 0 AND holder IS NULL`),
  'token WHERE account = ?1 AND state = 1',
  // With the index of the few rows that are held. Otherwise SQLite would choose the index of all rows of the account.
  'token INDEXED BY token_held WHERE holder IS NOT NULL AND account = ?1 AND state IN (0, 2)',
].map((rows) => `SELECT * FROM (SELECT seq, received_at FROM ${rows} ORDER BY seq LIMIT 1)`)

/** Every statement of the adapter. State numbers: see migrations/. */
export const sql = {
  findAccount: 'SELECT id FROM account WHERE name = ?',
  addAccount: 'INSERT INTO account (name) VALUES (?) ON CONFLICT (name) DO NOTHING',

  /**
   * Values: account and ownership, once for all rows, because binding a value takes longer than copying it within SQLite; then
   * `rowsInserted` rows. The parameters have no numbers, because the driver looks each number up among all of them.
   */
  insertTokens: `INSERT INTO token (${newColumns})
    SELECT ?, ?, ?, ?, ?, column1, column2, column3, column3, column4, column4, column5, column6, column7, column8, column9,
      0, 0, 0, 0, 0
    FROM (VALUES ${Array.from({ length: rowsInserted }, () => newRow).join(', ')}) WHERE true
    ON CONFLICT (account, object_id) DO NOTHING`,
  /** The sequence numbers of the last inserted rows, as one string. SQLite numbers new rows upwards. */
  insertedFrom: 'SELECT json_group_array(seq) AS seqs FROM token WHERE id >= ?',

  insertInbox: 'INSERT INTO inbox (seq, received_at, records) VALUES (?, ?, ?)',
  inboxAfter: 'SELECT seq, received_at, records FROM inbox WHERE seq > ? ORDER BY seq',
  firstInbox: 'SELECT min(seq) AS first FROM inbox',
  isPending: 'SELECT 1 FROM inbox LIMIT 1',
  forgetInbox: 'DELETE FROM inbox WHERE seq <= ?',
  readMerge: 'SELECT upto, position, applied FROM merge',
  writeMerge: 'UPDATE merge SET upto = ?, position = ?, applied = ?',
  /** Changes when another connection has committed. */
  dataVersion: 'PRAGMA data_version',

  findToken: 'SELECT * FROM token WHERE account = ? AND object_id = ?',
  saveToken: `INSERT INTO token (${writtenColumns}) VALUES (${writtenColumns.map(() => '?')})
    ON CONFLICT (account, object_id) DO UPDATE SET ${setAll}`,
  eraseToken: 'DELETE FROM token WHERE account = ? AND object_id = ?',
  /** Unproved and deferred, and therefore not leased: only an uploading or a replaced row is leased. */
  oldestDeferred: `SELECT account, object_id AS objectId FROM token
    WHERE account = ? AND priority = 1 AND state IN (0, 1) AND holder IS NULL ORDER BY seq LIMIT 1`,

  /** At most 10,000, so that other operations do not wait long. */
  promoteWaiting: `UPDATE token SET state = 0, ready_at = due_at, due_at = 0 WHERE id IN (
    SELECT * FROM (SELECT id FROM token WHERE account = ?1 AND state = 1 AND due_at <= ?2 ORDER BY due_at LIMIT 5000)
    UNION ALL SELECT * FROM (SELECT id FROM token WHERE account = ?1 AND state = 1 AND due_at > ?3 LIMIT 5000))`,
  nextWaiting: 'SELECT min(due_at) AS due_at FROM token WHERE account = ? AND state = 1',
  /** As one string, because the driver takes longer per value than SQLite takes per row. Members: see `DueRow`. */
  dueTokens: `SELECT json_group_array(json_object('id', id, 'object_id', object_id, 'type', type, 'priority', priority, 'proved', proved,
      'generation', generation, 'attempts', attempts, 'deferrals', deferrals, 'failures', failures,
      'received_at', received_at, 'ready_at', ready_at, 'token', token, 'p256dh', p256dh, 'auth', auth)) AS rows
    FROM (SELECT * FROM token WHERE account = ? AND state = 0 AND holder IS NULL ORDER BY priority, seq LIMIT ?)`,
  leaseTokens: 'UPDATE token SET state = 2, holder = ?1 WHERE id IN (SELECT value FROM json_each(?2))',
  /** Accepts the rows that are named by objectId and generation, if a result counts for them; see LEASE in port.ts. */
  acceptTokens: `UPDATE token SET holder = NULL, state = 3, due_at = 0, settled_at = ?1, attempts = attempts + 1,
      error_code = NULL, error_message = NULL, token = NULL, p256dh = NULL, auth = NULL
    WHERE id IN (SELECT t.id FROM json_each(?2) AS named CROSS JOIN token AS t INDEXED BY token_person
      ON t.account = ?3 AND t.object_id = named.value ->> 0
      WHERE t.holder = ?4 AND t.state = 2 AND t.generation = named.value ->> 1)
    RETURNING object_id, priority, proved`,
  heldTokens: 'SELECT * FROM token WHERE holder = ?',

  /** Rows with one code, or all where `?4` is NULL. */
  rejectedRows: `SELECT * FROM token WHERE account = ?1 AND state = 4 AND seq < ?2 AND (?4 IS NULL OR error_code = ?4)
    ORDER BY seq DESC LIMIT ?3`,
  acceptedRows: `SELECT object_id AS objectId, type, lower(hex(fingerprint)) AS fingerprint FROM token
    WHERE account = ? AND state = 3 AND object_id > ? ORDER BY object_id LIMIT ?`,
  oldestRejected: 'SELECT object_id FROM token WHERE account = ? AND state = 4 ORDER BY seq LIMIT ?',

  joinHolder: 'INSERT INTO holder (id, heartbeat, report) VALUES (?1, 0, ?2) ON CONFLICT (id) DO NOTHING',
  heartbeatHolder: 'UPDATE holder SET heartbeat = heartbeat + 1, report = ?2 WHERE id = ?1',
  findHolder: 'SELECT n, heartbeat FROM holder WHERE id = ?',
  allHolders: 'SELECT id, heartbeat, report FROM holder ORDER BY n',
  forgetHolder: 'DELETE FROM holder WHERE n = ?',
  slotsOfOthers: 'SELECT coalesce(sum(held), 0) AS held FROM slot WHERE account = ? AND holder <> ?',
  setSlots: `INSERT INTO slot (account, holder, held) VALUES (?1, ?2, ?3)
    ON CONFLICT (account, holder) DO UPDATE SET held = excluded.held`,
  forgetSlots: 'DELETE FROM slot WHERE holder = ?',

  readTally: 'SELECT name, n FROM tally WHERE account = ?',
  readNumber: 'SELECT n FROM tally WHERE account = ? AND name = ?',
  addToTally: `INSERT INTO tally (account, name, n) VALUES (?1, ?2, ?3)
    ON CONFLICT (account, name) DO UPDATE SET n = n + excluded.n`,
  addToMinute: `INSERT INTO minute (account, at, event, n) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (account, at, event) DO UPDATE SET n = n + excluded.n`,
  readMinutes: 'SELECT at, event, n FROM minute WHERE account = ? AND at >= ? ORDER BY at',
  forgetMinutes: 'DELETE FROM minute WHERE account = ? AND at < ?',
  oldestOpen: `SELECT received_at FROM (${oldestOpen.join(' UNION ALL ')}) ORDER BY seq LIMIT 1`,

  findSecret: 'SELECT value FROM secret WHERE name = ?',
  addSecret: 'INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
  readSequence: "SELECT n FROM single WHERE name = 'sequence'",
  writeSequence: "UPDATE single SET n = ? WHERE name = 'sequence'",
  touchProbe: "UPDATE single SET n = n + 1 WHERE name = 'probe'",
} as const

export type Statements = Readonly<Record<keyof typeof sql, SqlStatement>>

/** Prepares all statements. The caller must keep a reference to the database as long as it uses them. */
export const prepareStatements = (database: SqlDatabase): Statements =>
  Object.fromEntries(Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])) as Statements
