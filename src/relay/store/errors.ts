/**
 * `unavailable`: the database cannot take it now (locked, disk full, read-only, gone); trying later can help.
 * `full`: more rows are queued than allowed. `future-schema`: made by a newer
 * release, or by a build from before the first one. `foreign-log`: the log beside the file belongs to another file.
 * `no-driver`: a package is missing. `closed`: the store was closed.
 */
export type StoreErrorCode = 'unavailable' | 'full' | 'future-schema' | 'foreign-log' | 'no-driver' | 'closed'

/** The only error that a store rejects with. The cause is kept; the message holds no token. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
