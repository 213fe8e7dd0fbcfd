/* Limits that both sides enforce. CleverTap publishes only the first; the others are Pushferry's own. */

/** Records that CleverTap takes in one `/1/upload` call. */
export const maxUploadBatch = 100
/** Records that the relay takes in one `/1/upload` call. */
export const maxIntakeBatch = 1000
/** Characters (code points) of an objectId. */
export const maxObjectIdLength = 128
/** Characters (code points) of a token id. */
export const maxTokenIdLength = 4096
/** Bytes of a browser's request body. */
export const maxBrowserBodyBytes = 16 * 1024
/** Bytes of a backend's request body. */
export const maxBackendBodyBytes = 2 * 1024 * 1024
