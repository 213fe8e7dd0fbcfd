import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import { eventually } from './eventually.ts'

/** A database that tests use one after another. */
interface PostgresDatabase {
  /** Empties it and resolves to its address. */
  empty(): Promise<string>
  end(): Promise<void>
}

/** The address of the server that all test files share; see shared-postgres.ts. */
const sharedServer = async (): Promise<string> => {
  const answer = await fetch(inject('sharedPostgres'))
  const body = await answer.text()
  if (!answer.ok) throw new Error(body)
  return body
}

/** A new database on the server that TEST_POSTGRES_URL names, else on the shared one. */
const openDatabase = async (): Promise<PostgresDatabase> => {
  const base = process.env.TEST_POSTGRES_URL ?? (await sharedServer())
  const name = `pushferry_test_${randomUUID().replaceAll('-', '')}`
  const admin = new pg.Client(base)
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  const url = new URL(base)
  url.pathname = `/${name}`
  const client = new pg.Client(url.href)
  await client.connect()
  return {
    empty: async () => {
      await client.query('DROP SCHEMA IF EXISTS pushferry CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      return url.href
    },
    end: async () => {
      await client.end()
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}

/** Gives the tests of the enclosing `describe` a database: created before the first, deleted after the last. */
export const useDatabase = (): Pick<PostgresDatabase, 'empty'> => {
  let database: PostgresDatabase | undefined
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database?.end())
  return {
    empty: async () => {
      if (!database) throw new Error('the database is there once the first test begins')
      return database.empty()
    },
  }
}

/**
 * Waits until sessions of the observer's database wait for a lock of another. Resolves to the process ids of all that wait: besides
 * the caller's own statement it may be a relay that applies its inbox, which it does after 100 ms by itself.
 */
export const untilSessionsWait = async (observer: pg.Client): Promise<number[]> => {
  let waiting: number[] = []
  await eventually(async () => {
    // Within a transaction the list of sessions would stay as it was when it was first read.
    await observer.query('SELECT pg_stat_clear_snapshot()')
    const { rows } = await observer.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0',
    )
    waiting = rows.map(({ pid }) => pid)
    expect(waiting).not.toEqual([])
  })
  return waiting
}
