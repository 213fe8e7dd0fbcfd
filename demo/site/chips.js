import { find } from './dom.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {'good' | 'bad' | 'middling'} Mood */

const uploads = {
  ok: 'ready',
  throttled: 'waits, as CleverTap asked',
  failing: 'uploads fail, trying again',
  suspended: 'uploads suspended',
}

/**
 * The state of the relay's uploads. Pure.
 *
 * @param {Snapshot} snapshot
 * @returns {[Mood, string]}
 */
export const relayChip = ({ relay, clevertap }) => {
  const upload = relay.readiness?.accounts[clevertap.accountId]?.upload
  return upload
    ? [upload === 'ok' ? 'good' : 'middling', `Relay: ${uploads[upload]}`]
    : ['bad', 'Relay: does not answer']
}

/**
 * @param {string} id
 * @param {Mood} mood
 * @param {string} text
 */
const show = (id, mood, text) => {
  const chip = find(id, HTMLLIElement)
  chip.className = `chip ${mood}`
  if (chip.textContent !== text) chip.textContent = text
}

/**
 * Shows the state of the running parts in the page's header.
 *
 * @param {Snapshot | undefined} snapshot undefined: the demo's server does not answer
 */
export const showChips = (snapshot) => {
  if (!snapshot) {
    show('relay-chip', 'bad', 'The demo does not answer')
    show('clevertap-chip', 'bad', 'Is npm start still running?')
    return
  }
  show('relay-chip', ...relayChip(snapshot))
  const { clevertap } = snapshot
  if (!clevertap.simulated) show('clevertap-chip', 'good', `CleverTap: the real one, ${clevertap.accountId}`)
  else if (clevertap.mode === 'working') show('clevertap-chip', 'good', 'CleverTap: simulated, working')
  else show('clevertap-chip', 'bad', 'CleverTap: simulated, made to fail')
}
