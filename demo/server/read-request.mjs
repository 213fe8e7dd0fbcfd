/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

const maxBytes = 16 * 1024

/**
 * Whether a request comes from the demo's own page. The demo's answers contain tokens, so it refuses other sites' pages (`Origin`) and
 * foreign host names that resolve to this machine (`Host`).
 *
 * @param {IncomingMessage} request
 * @param {readonly string[]} origins the demo's own
 */
export const isOwn = ({ method, headers }, origins) => {
  if (!origins.some((origin) => origin === `http://${headers.host}`)) return false
  return method === 'GET' || (headers.origin !== undefined && origins.includes(headers.origin))
}

/**
 * @param {IncomingMessage} request
 * @returns {Promise<Record<string, unknown> | undefined>} the body, if it is a JSON object and not too large
 */
export const readJsonObject = async (request) => {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
