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
 * A `fetch` for `createPush` that hands on what page and relay say to each other about the registration, so that it can
 * be shown. The registration key is left out: it is this browser's proof, and not needed to understand anything.
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
