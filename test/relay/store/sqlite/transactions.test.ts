import { beforeEach, describe, expect, it } from 'vitest'
import type { SqlDatabase } from '../../../../src/relay/store/sqlite/driver.ts'
import type { Statements } from '../../../../src/relay/store/sqlite/statements.ts'
import { createTransactions, type Transactions } from '../../../../src/relay/store/sqlite/transactions.ts'

/** SQLite's result codes (sqlite.org/rescode.html). */
const code = { error: 1, busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14 }
const sqliteError = (errcode: number): Error => Object.assign(new Error('said by SQLite'), { errcode })

/** A database that does nothing but say what it was told, and fails on cue. */
let said: string[]
let opened: boolean[]
/** What the next statements that begin so throw, once each. */
let failures: { begins: string; error: Error }[]
let cannotOpen: Error | undefined
let checkpointBusy: number[]

const failOn = (sql: string): void => {
  said.push(sql)
  const at = failures.findIndex(({ begins }) => sql.startsWith(begins))
  if (at < 0) return
  const [failure] = failures.splice(at, 1)
  if (failure) throw failure.error
}
const open = (isFirst: boolean) => {
  opened.push(isFirst)
  if (cannotOpen) throw cannotOpen
  const database: SqlDatabase = {
    exec: failOn,
    prepare: (sql) => ({
      run: () => ({ changes: 0, lastInsertRowid: 0 }),
      get: () => {
        failOn(sql)
        return { busy: checkpointBusy.shift() ?? 0 }
      },
      all: () => [],
    }),
    close: () => void said.push('close'),
  }
  const statement = { run: () => ({ changes: 1, lastInsertRowid: 1 }), get: () => ({ n: 0, id: 1 }), all: () => [] }
  // Every statement there is: none is looked at.
  const sql = new Proxy({}, { get: () => statement }) as Statements
  return { database, sql, file: 'the file', assertCurrent: () => {}, countUp: () => {} }
}
let transactions: Transactions
const unavailable = { name: 'StoreError', code: 'unavailable' }

beforeEach(() => {
  said = []
  opened = []
  failures = []
  cannotOpen = undefined
  checkpointBusy = []
  transactions = createTransactions(open, () => 0)
})

describe('a group of operations', () => {
  it('is written in parts, in order, when it takes long, so that the process has a turn in between', async () => {
    const slow = (n: number) =>
      transactions.write(() => {
        for (const until = performance.now() + 110; performance.now() < until; );
        return n
      })
    const heard: (number | string)[] = []
    const results = [1, 2, 3].map(async (n) => heard.push(await slow(n)))
    setImmediate(() => heard.push('a turn'))
    const later = transactions.write(() => 4).then((n) => heard.push(n))
    await Promise.all([...results, later])
    expect(heard).toEqual([1, 'a turn', 2, 3, 4])
    expect(said.filter((sql) => sql === 'COMMIT')).toHaveLength(4)
  })

  it.each([
    ['wait to be written', false],
    ['come because of its answers', true],
  ])(
    'is followed by so many turns of the event loop as let new connections in, where others %s',
    async (_, isAfter) => {
      let tookMs = 0
      let turns = 0
      let isOver = false
      const count = (): void => {
        turns++
        if (!isOver) setImmediate(count)
      }
      const slow = transactions.write(() => {
        const from = performance.now()
        while (performance.now() < from + 110);
        tookMs = performance.now() - from
        setImmediate(count)
      })
      if (isAfter) await slow
      await Promise.all([slow, transactions.write(() => (isOver = true))])
      expect(turns).toBeGreaterThan(50)
      // No more of them than a moment takes.
      expect(turns).toBeLessThanOrEqual(tookMs)
    },
  )
  it('shares one transaction, and each resolves after the commit with its own result', async () => {
    const results = [1, 2, 3].map((n) =>
      transactions
        .write(() => n)
        .then((value) => {
          expect(said.at(-1)).toBe('COMMIT')
          return value
        }),
    )
    expect(said).toEqual([])
    expect(await Promise.all(results)).toEqual([1, 2, 3])
    expect(said).toEqual(['BEGIN IMMEDIATE', 'COMMIT'])
  })
  it('is not failed by one of its operations: that alone rejects, and is rolled back', async () => {
    const outcomes = await Promise.allSettled([
      transactions.write(() => 'a'),
      transactions.write(() => {
        throw sqliteError(code.error)
      }),
      transactions.write(() => 'c'),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: unavailable })
    expect(said.filter((one) => one === 'COMMIT')).toHaveLength(2)
    expect(said.filter((one) => one === 'ROLLBACK')).toHaveLength(2)
  })
  it('waits for a lock outside SQLite, and goes on when it is gone', async () => {
    failures = [1, 2, 3].map(() => ({ begins: 'BEGIN', error: sqliteError(code.busy) }))
    expect(await transactions.write(() => 'done')).toBe('done')
    expect(said).toEqual([...Array(4).fill('BEGIN IMMEDIATE'), 'COMMIT'])
    expect(opened).toEqual([true])
  })
})

describe('after an error', () => {
  it.each([
    ['BEGIN', code.readOnly],
    ['BEGIN', code.ioError],
    ['COMMIT', code.ioError],
    ['COMMIT', code.ioError + 256 * 4], // SQLITE_IOERR_FSYNC
    ['COMMIT', code.corrupt],
  ])('of %s with code %i the operation rejects and the next one has a new connection', async (begins, errcode) => {
    failures = [{ begins, error: sqliteError(errcode) }]
    await expect(transactions.write(() => 'lost')).rejects.toMatchObject(unavailable)
    expect(await transactions.write(() => 'done')).toBe('done')
    expect(opened).toEqual([true, false])
  })
  it.each([code.full, code.busy])('with code %i at the commit the connection is kept', async (errcode) => {
    failures = [{ begins: 'COMMIT', error: sqliteError(errcode) }]
    await transactions.write(() => 'a').catch(() => {})
    expect(await transactions.write(() => 'done')).toBe('done')
    expect(opened).toEqual([true])
  })
  it('a full disk is called by its name, and a ROLLBACK that is an error itself hides nothing', async () => {
    failures = [
      { begins: 'COMMIT', error: sqliteError(code.full) },
      { begins: 'ROLLBACK', error: sqliteError(code.error) },
    ]
    await expect(transactions.write(() => 'a')).rejects.toMatchObject({ ...unavailable, message: 'the disk is full' })
  })
  it('everything rejects with unavailable for as long as the database cannot be opened', async () => {
    failures = [{ begins: 'COMMIT', error: sqliteError(code.ioError) }]
    await transactions.write(() => 'a').catch(() => {})
    cannotOpen = sqliteError(code.cannotOpen)
    for (let at = 0; at < 3; at++) {
      await expect(transactions.write(() => 'b')).rejects.toMatchObject(unavailable)
      await expect(transactions.read(() => 'c')).rejects.toMatchObject(unavailable)
      await expect(transactions.purge()).rejects.toMatchObject(unavailable)
    }
    cannotOpen = undefined
    expect(await transactions.write(() => 'd')).toBe('d')
    expect(await transactions.read(() => 'e')).toBe('e')
  })
  it('of a read the next one has a new connection', async () => {
    await expect(
      transactions.read(() => {
        throw sqliteError(code.ioError)
      }),
    ).rejects.toMatchObject(unavailable)
    expect(await transactions.read(() => 'done')).toBe('done')
    expect(opened).toEqual([true, false])
  })
})

describe('emptying the log', () => {
  it('is tried again while another connection is in the way', async () => {
    checkpointBusy = [1, 1, 0]
    await transactions.purge()
    expect(said).toEqual(Array(3).fill('PRAGMA wal_checkpoint(TRUNCATE)'))
  })
  it('rejects with unavailable, as everything does, when the disk is full', async () => {
    failures = [{ begins: 'PRAGMA wal_checkpoint', error: sqliteError(code.full) }]
    await expect(transactions.purge()).rejects.toMatchObject({ ...unavailable, message: 'the disk is full' })
  })
})

describe('closing', () => {
  it('finishes what has begun, empties the log, and lets go', async () => {
    const last = transactions.write(() => 'last')
    await transactions.close()
    expect(await last).toBe('last')
    expect(said.slice(-2)).toEqual(['PRAGMA wal_checkpoint(TRUNCATE)', 'close'])
    await expect(transactions.write(() => 'late')).rejects.toMatchObject({ code: 'closed' })
    await expect(transactions.read(() => 'late')).rejects.toMatchObject({ code: 'closed' })
    await expect(transactions.purge()).rejects.toMatchObject({ code: 'closed' })
  })
  it('does not wait for a lock: what could not be written by then rejects', async () => {
    failures = Array.from({ length: 1000 }, () => ({ begins: 'BEGIN', error: sqliteError(code.busy) }))
    const waiting = transactions.write(() => 'never')
    const closed = transactions.close()
    await expect(waiting).rejects.toMatchObject(unavailable)
    await closed
    expect(said.filter((one) => one.startsWith('BEGIN')).length).toBeLessThan(5)
  })
  it('succeeds although the log cannot be emptied, and twice', async () => {
    failures = [{ begins: 'PRAGMA wal_checkpoint', error: sqliteError(code.ioError) }]
    await transactions.close()
    await transactions.close()
    expect(said.filter((one) => one === 'close')).toHaveLength(1)
  })
})
