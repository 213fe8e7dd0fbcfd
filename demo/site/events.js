/** @typedef {import('../contract.ts').Snapshot} Snapshot */

/** The server's run that served this page; only with `npm run dev`. */
let run = ''

/**
 * Listens to the demo's server. The browser reconnects automatically.
 *
 * @param {string} objectId this browser's
 * @param {(snapshot: Snapshot | undefined) => void} onSnapshot undefined: the server cannot be reached
 * @returns {() => void} stops listening
 */
export const listen = (objectId, onSnapshot) => {
  const events = new EventSource(`/demo/events?${new URLSearchParams({ objectId })}`)
  events.addEventListener('message', ({ data }) => onSnapshot(JSON.parse(data)))
  events.addEventListener('error', () => onSnapshot(undefined))
  events.addEventListener('run', ({ data }) => {
    if (run && run !== data) location.reload()
    run = data
  })
  return () => events.close()
}

/**
 * Posts a command to the demo's server.
 *
 * @template Answer
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<Answer>}
 * @throws {Error} with a sentence for the user
 */
export const post = async (path, body) => {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined)
  if (!response) throw new Error('The demo does not answer. Is npm start still running?')
  const answer = await response.json()
  if (!response.ok) throw new Error(`The demo’s server says: ${answer.message}.`)
  return answer
}
