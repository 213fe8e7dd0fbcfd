import { StoreError } from '../errors.ts'

// Error codes of PostgreSQL: postgresql.org/docs/current/errcodes-appendix.html

/** The connection or the server at its other end can no longer be used. */
const lossCodes: ReadonlySet<string> = new Set([
  '25006', // read_only_sql_transaction: a standby, after a failover
  '0A000', // feature_not_supported: BEGIN READ WRITE on a standby
  '25P03', // idle_in_transaction_session_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
])
/** Whether two transactions created the same row at once, which can happen with an account. The next try finds the row. */
export const isRace = (error: unknown): boolean => sqlStateOf(error) === '23505' // unique_violation
const diskFullCode = '53100'

/** The SQLSTATE of an error that the server sent; undefined for errors of the network and of the driver. */
export const sqlStateOf = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined
}

export const isLoss = (error: unknown): boolean => {
  const state = sqlStateOf(error)
  return !(error instanceof StoreError) && (state === undefined || state.startsWith('08') || lossCodes.has(state))
}

/** Whether the server refused the values of one operation, so that the others can run without it. */
export const isOfItsData = (failure: StoreError): boolean => /^(22|23|54)/.test(sqlStateOf(failure.cause) ?? '')

/** The server's error without the members that can quote a row or a parameter (`detail`, `where`, …). */
const bare = (error: unknown): unknown => {
  const code = sqlStateOf(error)
  return code === undefined || !(error instanceof Error) ? error : Object.assign(new Error(error.message), { code })
}

export const storeErrorOf = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error
  const message = sqlStateOf(error) === diskFullCode ? 'the disk is full' : 'the database does not take it now'
  return new StoreError('unavailable', message, bare(error))
}
