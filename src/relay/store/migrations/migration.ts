import { readdirSync, readFileSync } from 'node:fs'

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
