import type pg from 'pg'
import { StoreError } from '../errors.ts'
import { type PgQuery, rowsFrom } from './driver.ts'
import { isLoss, isRace, storeErrorOf } from './failure.ts'

/** A running transaction. */
export interface Session {
  /** Sends all statements at once and resolves to their results; rejects with the first error. Later ones see the effects of earlier ones. */
  ask(...queries: readonly PgQuery[]): Promise<readonly pg.QueryResult[]>
}

/** The end of a transaction: its last statements and a commit, or a rollback if there is nothing to write. */
export interface Ending<T> {
  result: T
  last: readonly PgQuery[] | 'nothing to keep'
  /** The transaction may run twice, so it is repeated when the connection was lost during its commit. */
  isRepeatable?: boolean
}

/** Transactions on the connections of one pool. Every function rejects with a StoreError and nothing else. */
export interface Transactions {
  /**
   * Runs `work` in a transaction and resolves after its commit. Runs `work` again from the start when the pool's connection was dead.
   *
   * When the connection is lost after the commit was sent, the transaction may be committed. It is repeated if it `isRepeatable`;
   * else this rejects.
   */
  transact<T>(work: (session: Session) => Promise<Ending<T>>): Promise<T>
  /** The rows of one statement that changes nothing, outside a transaction. `Row` names the columns that it selects. */
  read<Row>(query: PgQuery): Promise<readonly Row[]>
  /** Closes all connections when they are not used any more. */
  end(): Promise<void>
}

/** A dead connection of the pool fails sooner than this, in ms. A later failure means that the server has a problem. */
const deadAtOnceMs = 1_000
/** Connections of a pool. When the server has restarted, all of them may be dead, which shows only as each is used. */
export const poolSize = 3

/**
 * How every transaction begins, whatever the defaults of the server or the role are. A commit returns when it is on disk, here and on the
 * standbys that the server waits for. Statements, lock waits and idle time have limits, so a process that hangs blocks no other.
 * Every statement finds a few rows by an index; the outdated statistics of a queue must not lead to other plans. Set for the
 * transaction only, because behind PgBouncer the next one may have another session.
 */
const begin: PgQuery = {
  text: `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL synchronous_commit = on; SET LOCAL statement_timeout = 8000; SET LOCAL lock_timeout = 5000;
    SET LOCAL idle_in_transaction_session_timeout = 10000; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off`,
}
const commit: PgQuery = { text: 'COMMIT' }
const rollback: PgQuery = { text: 'ROLLBACK' }

/** Sends all at once. Resolves to their results; rejects with the first error. */
const send = async (client: pg.PoolClient, queries: readonly PgQuery[]): Promise<readonly pg.QueryResult[]> => {
  const stream = client.connection?.stream
  stream?.cork()
  const sent = queries.map((query) => client.query(query))
  stream?.uncork()
  const answers = await Promise.allSettled(sent)
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  })
}

/** The result of one attempt at a transaction. `mayBeRepeated`: it is not committed, or may be committed twice. */
type Attempted<T> = { value: T } | { error: unknown; mayBeRepeated: boolean }

/** Runs `work` once. The connection goes back to the pool only if it is known to be in order. */
const attempt = async <T>(
  client: pg.PoolClient,
  work: (session: Session) => Promise<Ending<T>>,
): Promise<Attempted<T>> => {
  let opened = false
  let ending: Ending<T> | undefined
  const ask = async (...queries: readonly PgQuery[]): Promise<readonly pg.QueryResult[]> => {
    if (opened) return send(client, queries)
    const results = await send(client, [begin, ...queries])
    opened = true
    return results.slice(1)
  }
  try {
    ending = await work({ ask })
    if (ending.last !== 'nothing to keep') {
      const answers = await ask(...ending.last, commit)
      if (answers.at(-1)?.command !== 'COMMIT') throw new Error('the server has rolled back instead of committing')
    } else if (opened) await ask(rollback)
    client.release()
    return { value: ending.result }
  } catch (error) {
    // A commit that was sent after a failed statement has ended the transaction like a rollback.
    const isCommitSent = ending !== undefined && ending.last !== 'nothing to keep'
    const isOver = isCommitSent || (await client.query(rollback).then(Boolean, () => false))
    client.release(!isOver || isLoss(error))
    return { error, mayBeRepeated: !isCommitSent || ending?.isRepeatable === true || !isLoss(error) }
  }
}

/** Runs an attempt. Repeats it when its connection was dead, or when another transaction has created the same row. */
const insist = async <T>(pool: pg.Pool, once: (client: pg.PoolClient) => Promise<Attempted<T>>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    const startedAt = performance.now()
    // The pool may also throw synchronously.
    const client = await (async () => pool.connect())().catch((error: unknown) => Promise.reject(storeErrorOf(error)))
    const attempted = await once(client)
    if ('value' in attempted) return attempted.value
    const { error, mayBeRepeated } = attempted
    const isQuick = performance.now() - startedAt < deadAtOnceMs
    const isDead = isQuick && mayBeRepeated && isLoss(error)
    if (tries > poolSize || !(isDead || isRace(error))) throw storeErrorOf(error)
  }
}

export const createTransactions = (pool: pg.Pool): Transactions => ({
  transact: (work) => insist(pool, (client) => attempt(client, work)),
  read: <Row>(query: PgQuery) =>
    insist(pool, async (client) => {
      try {
        const answer = await client.query(query)
        client.release()
        return { value: rowsFrom<Row>(answer) }
      } catch (error) {
        client.release(true)
        return { error, mayBeRepeated: true }
      }
    }),
  end: async () => {
    await pool.end().catch((error: unknown) => {
      throw new StoreError('unavailable', 'the connections cannot be closed', error)
    })
  },
})
