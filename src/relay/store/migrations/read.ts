import { readdirSync, readFileSync } from 'node:fs'
import type { Migration } from './migration.ts'

/**
 * The migrations in a folder, one `NUMBER-NAME.sql` each, in the order of their numbers. They are never edited after a
 * release.
 */
export const readMigrations = (folder: URL): readonly Migration[] =>
  readdirSync(folder)
    .flatMap((file) => {
      const [, number, name] = /^(\d+)-(.+)\.sql$/.exec(file) ?? []
      if (number === undefined || name === undefined) return []
      return [{ number: Number(number), name, sql: readFileSync(new URL(file, folder), 'utf8') }]
    })
    .sort((one, other) => one.number - other.number)
