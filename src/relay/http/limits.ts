/** Timeouts for clients, so that slow ones cannot hold the relay's connections. */
export interface ServerTimeouts {
  /** For all headers of a request. */
  headersMs: number
  /** For a whole request with its body. */
  requestMs: number
  /** For an idle connection. */
  idleMs: number
  /** Interval between checks of the limits for headers and requests. */
  checkMs: number
  /** For requests in flight when the server closes; afterwards their connections are cut. */
  drainMs: number
}

export const defaultTimeouts: ServerTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 65_000,
  checkMs: 5_000,
  // Less than the ten seconds in which a relay stops, because the store closes after the server.
  drainMs: 8_000,
}

/** Limit of all headers of a request together, in bytes. */
export const maxHeaderBytes = 16 * 1024
/** Largest number of a request's headers; further ones are not read. */
export const maxHeaders = 100
/** Longest path segment, in characters: an objectId of 128 characters, each written as several `%XX`. */
export const maxSegmentLength = 2048
/** The window of `PUSHFERRY_RATE_LIMIT`. */
export const rateWindowMs = 60_000
/** Approximate limit of the keys in one rate limit; above it the older half is dropped. */
export const maxRateKeys = 100_000
