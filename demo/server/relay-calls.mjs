/** @typedef {import('../contract.ts').Readiness} Readiness */
/** @typedef {import('../../src/relay/store/port.ts').TokenStatus} TokenStatus */

/**
 * @typedef {object} RelayCalls The relay's routes for a backend and a load balancer.
 * @property {(body: string) => Promise<import('../contract.ts').UploadAnswer>} upload `POST /1/upload`
 * @property {(objectId: string) => Promise<TokenStatus | null>} token
 *   `GET /v1/tokens/{objectId}`; null: the relay knows none
 * @property {() => Promise<Readiness | null>} readiness `GET /readyz`; null: no answer
 */

const timeoutMs = 5_000

/**
 * Calls the relay over HTTP, as a customer's backend does.
 *
 * @param {string} url the relay's origin
 * @param {string} apiKey
 * @returns {RelayCalls}
 */
export const createRelayCalls = (url, apiKey) => {
  /**
   * @param {string} path
   * @param {RequestInit} [init]
   * @returns {Promise<{status: number, body: unknown}>}
   */
  const ask = async (path, init) => {
    const response = await fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: response.status, body: await response.json() }
  }
  // Casts, because the relay's answers are documented.
  return {
    upload: (body) => ask('/1/upload', { method: 'POST', body }),
    token: async (objectId) => {
      const { status, body } = await ask(`/v1/tokens/${encodeURIComponent(objectId)}`)
      return status === 200 ? /** @type {TokenStatus} */ (body) : null
    },
    readiness: async () => {
      try {
        return /** @type {Readiness} */ ((await ask('/readyz')).body)
      } catch {
        return null
      }
    },
  }
}
