/** One numbered step of a database's schema. */
export interface Migration {
  number: number
  name: string
  sql: string
}
