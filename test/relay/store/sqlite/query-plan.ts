import type { SqlDatabase, SqlRow } from '../../../../src/relay/store/sqlite/driver.ts'

/** Words that can follow a table's name and are not its alias. */
const keywords =
  /^(AS|CROSS|DEFAULT|EXCEPT|FULL|GROUP|HAVING|INDEXED|INNER|INTERSECT|JOIN|LEFT|LIMIT|NATURAL|NOT|ON|ORDER|OUTER|RETURNING|RIGHT|SET|UNION|USING|VALUES|WHERE|WINDOW)$/i

/** The tables of a statement by name and alias: `FROM token AS t` gives `t` → `token`. */
const tablesByName = (statement: string, tables: readonly string[]): ReadonlyMap<string, string> => {
  const names = new Map(tables.map((table) => [table, table]))
  const pattern = new RegExp(`\\b(${tables.join('|')})\\s+(?:AS\\s+)?(\\w+)`, 'gi')
  for (const [, table = '', alias = ''] of statement.matchAll(pattern))
    if (!keywords.test(alias)) names.set(alias, table)
  return names
}

/** The number of columns of an index; a statement need not have conditions on the last ones. */
const columnsOf = (database: SqlDatabase, index: string): number =>
  database.prepare(`PRAGMA index_info("${index}")`).all().length

/**
 * The steps of a statement's plan that visit all rows of one of the growing tables, or all rows of an account in it. Steps on
 * a partial index do not count, because partial indexes have no completed rows. Reads the names of tables and indexes from the
 * schema, and resolves aliases.
 */
export const walksOf = (database: SqlDatabase, statement: string, growing: readonly string[]): string[] => {
  const schema = database.prepare(`SELECT type, name, sql FROM sqlite_schema`).all() as SqlRow[]
  const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => String(name))
  const partial = schema.filter(({ type, sql }) => type === 'index' && / WHERE /i.test(String(sql)))
  const names = tablesByName(statement, tables)
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all() as SqlRow[]
  return steps
    .map(({ detail }) => String(detail))
    .filter((detail) => {
      const [, kind, name = ''] = /^(SCAN|SEARCH) (\w+)/.exec(detail) ?? []
      if (!growing.includes(names.get(name) ?? '')) return false
      const [, index] = /INDEX (\w+)/.exec(detail) ?? []
      if (index !== undefined && partial.some((one) => one.name === index)) return false
      if (kind === 'SCAN') return true
      const conditions = /\((.*)\)$/.exec(detail)?.[1]?.split(' AND ').length ?? 0
      // `account = ?` alone on an index with more columns, or on a primary key, is every row of the account.
      return /\(account=\?\)$/.test(detail) && (index === undefined || columnsOf(database, index) > conditions)
    })
}
