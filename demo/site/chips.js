import { find } from './dom.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */

const uploads = { ok: 'ready', failing: 'uploads fail, trying again', suspended: 'uploads suspended' }

/**
 * @param {string} id
 * @param {'good' | 'bad' | 'middling'} mood
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
  const { relay, clevertap } = snapshot
  const upload = relay.readiness?.accounts[clevertap.accountId]?.upload
  if (!relay.readiness || !upload) show('relay-chip', 'bad', 'Relay: does not answer')
  else show('relay-chip', upload === 'ok' ? 'good' : 'middling', `Relay: ${uploads[upload]}`)
  if (!clevertap.simulated) show('clevertap-chip', 'good', `CleverTap: the real one, ${clevertap.accountId}`)
  else if (clevertap.mode === 'working') show('clevertap-chip', 'good', 'CleverTap: simulated, working')
  else show('clevertap-chip', 'bad', 'CleverTap: simulated, made to fail')
}
