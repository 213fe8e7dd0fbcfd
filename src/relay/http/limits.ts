/** How long a client may take, so that slow ones cannot hold the relay's connections. */
export interface ServerTimeouts {
  /** For all headers of a request. */
  headersMs: number
  /** For a whole request with its body. */
  requestMs: number
  /** For an idle connection. */
  idleMs: number
  /** Interval between checks of the limits for headers and requests. */
  checkMs: number
  /** For requests that have begun when the server closes; then their connections are cut. */
  drainMs: number
}

export const defaultTimeouts: ServerTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 65_000,
  checkMs: 5_000,
  // Not all of the ten seconds that a relay has after SIGTERM: the store is closed after the server.
  drainMs: 8_000,
}

/** Bytes of all headers of a request together. */
export const maxHeaderBytes = 16 * 1024
/** Headers of a request; those beyond are not read. */
export const maxHeaders = 100
/** Characters of one path segment: an objectId of 128 characters, each written as three bytes of `%XX` and more. */
export const maxSegmentLength = 2048
/** The window of `PUSHFERRY_RATE_LIMIT`. */
export const rateWindowMs = 60_000
/** Approximate limit of the keys in one rate limit; above it the older half is dropped. */
export const maxRateKeys = 100_000
