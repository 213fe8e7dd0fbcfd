/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

const maxBytes = 16 * 1024

/**
 * Whether a request comes from the demo's own page. The demo answers with tokens, and so it has to be sure that neither
 * another site's page (`Origin`) nor a name that somebody points at this machine (`Host`) is asking.
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
 * @returns {Promise<Record<string, unknown> | undefined>} the body, where it is a JSON object of a bearable size
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
