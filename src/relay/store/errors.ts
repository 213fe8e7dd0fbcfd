/**
 * `unavailable`: the database cannot be used now (locked, disk full, read-only, missing); a later try can succeed.
 * `full`: the queue has reached its limit. `future-schema`: a newer release made the database, or a build from before the first
 * release. `foreign-log`: the log belongs to another file. `no-driver`: a package is missing. `closed`: the store was closed.
 */
export type StoreErrorCode = 'unavailable' | 'full' | 'future-schema' | 'foreign-log' | 'no-driver' | 'closed'

/** The only error that a store rejects with. It keeps the cause; the message contains no token. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
