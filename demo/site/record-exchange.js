/** @typedef {{request: unknown, status: number, answer: unknown}} Exchange */

/** @param {string | null | undefined} text */
const parse = (text) => {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return text
  }
}

/**
 * A `fetch` for `createPush` that also reports the registration's requests and answers, for the page to show. Omits the registration
 * key, because it is secret.
 *
 * @param {(exchange: Exchange) => void} onExchange
 * @returns {typeof fetch}
 */
export const recordingFetch = (onExchange) => async (input, init) => {
  const response = await fetch(input, init)
  if (init?.method === 'POST' && typeof init.body === 'string') {
    const answer = parse(await response.clone().text())
    if (Object(answer).registrationKey) answer.registrationKey = '(kept by this browser)'
    onExchange({ request: parse(init.body), status: response.status, answer })
  }
  return response
}
