import { type Migration, refuseSchema } from '../migrations/migration.ts'
import type { Transactions } from './connection.ts'
import { type PgQuery, rowsFrom } from './driver.ts'

/** The advisory lock for changes of Pushferry's schema. */
const migrationLock = [0x70757368, 0x66657272]

/** Timeout of a migration, in ms. It is long, because a migration may rewrite a table, or wait for another process. */
const migrationTimeMs = 600_000
const patience: PgQuery = {
  text: `SET LOCAL statement_timeout = ${migrationTimeMs}; SET LOCAL lock_timeout = ${migrationTimeMs}`,
}
const patiently = (text: string, values: unknown[] = []) => ({ text, values, query_timeout: migrationTimeMs })

/** Creates the schema only if it is missing. `IF NOT EXISTS` would fail for a role without the right to create schemas. */
const makeSchema = `DO $$ BEGIN
  IF to_regnamespace('pushferry') IS NULL THEN CREATE SCHEMA pushferry; END IF;
END $$;
CREATE TABLE IF NOT EXISTS pushferry.migration (
  number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)`
const isMade: PgQuery = { text: "SELECT to_regclass('pushferry.migration') IS NOT NULL AS made" }
const readVersion: PgQuery = { text: 'SELECT coalesce(max(number), 0) AS version FROM pushferry.migration' }

const remedy = 'drop the schema pushferry, or use another database,'

/**
 * Applies missing migrations, in one transaction with an advisory lock: if several processes start at once, one of them migrates, also
 * behind PgBouncer. Refuses a schema that this release does not know.
 */
export const migrate = async ({ transact, read }: Transactions, migrations: readonly Migration[]): Promise<void> => {
  const [found] = await read<{ made: boolean }>(isMade)
  const [applied] = found?.made ? await read<{ version: number }>(readVersion) : []
  refuseSchema(applied?.version ?? 0, migrations, remedy)
  if (applied?.version === migrations.at(-1)?.number) return
  await transact(async ({ ask }) => {
    await ask(patience, patiently('SELECT pg_advisory_xact_lock($1, $2)', migrationLock), patiently(makeSchema))
    const [now] = await ask(readVersion)
    const version = rowsFrom<{ version: number }>(now)[0]?.version ?? 0
    refuseSchema(version, migrations, remedy)
    for (const { number, name, sql } of migrations)
      if (number > version)
        await ask(
          patiently(sql),
          patiently('INSERT INTO pushferry.migration (number, name) VALUES ($1, $2)', [number, name]),
        )
    return { result: undefined, last: [] }
  })
}
