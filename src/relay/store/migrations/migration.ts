import { readdirSync, readFileSync } from 'node:fs'
import { StoreError } from '../errors.ts'

/** One numbered step of a database's schema. */
export interface Migration {
  number: number
  name: string
  sql: string
}

/** Reads a folder of `NUMBER.sql` files, in the order of their numbers. The folder's URL ends with a slash. */
export const readMigrations = (folder: URL): Migration[] =>
  readdirSync(folder)
    .filter((name) => /^\d+\.sql$/.test(name))
    .map((name) => ({ number: Number.parseInt(name, 10), name, sql: readFileSync(new URL(name, folder), 'utf8') }))
    .sort((a, b) => a.number - b.number)

/**
 * Refuses a schema that these migrations cannot bring up to date. Version 0 is a database without a schema.
 *
 * @throws StoreError (`future-schema`)
 */
export const refuseSchema = (version: number, migrations: readonly Migration[], remedy: string): void => {
  const oldest = migrations[0]?.number ?? 0
  const newest = migrations.at(-1)?.number ?? 0
  const refuse = (why: string): never => {
    throw new StoreError('future-schema', `the database has schema ${version}, ${why}`)
  }
  if (version > 0 && version < oldest) refuse(`from before the first release: ${remedy} and import its tokens again`)
  if (version > newest) refuse(`but this release knows only up to ${newest}: use a newer release`)
}
