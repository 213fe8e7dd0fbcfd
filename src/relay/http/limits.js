export const defaultTimeouts = { headersMs: 10_000, requestMs: 30_000, idleMs: 65_000, checkMs: 5_000 };
/** Bytes of all headers of a request together. */
export const maxHeaderBytes = 16 * 1024;
/** Headers of a request; those beyond are not read. */
export const maxHeaders = 100;
/** Characters of one path segment: an objectId of 128 characters, each written as three bytes of `%XX` and more. */
export const maxSegmentLength = 2048;
/** The window of `PUSHFERRY_RATE_LIMIT`. */
export const rateWindowMs = 60_000;
/** Addresses or objectIds that are counted at a time; the oldest window makes room for the next. */
export const maxRateKeys = 100_000;
