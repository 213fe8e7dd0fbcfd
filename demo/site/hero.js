import { element, fill, find } from './dom.js'
import { realAccount } from './real-account.js'
import { describeState, remedyOf } from './words.js'

/** @typedef {import('./journey-steps.js').Facts} Facts */

const subscribe = find('subscribe', HTMLButtonElement)
const unsubscribe = find('unsubscribe', HTMLButtonElement)
const badge = find('state', HTMLElement)
const words = find('state-words', HTMLElement)
const notice = find('notice', HTMLElement)
const realNotice = find('real-notice', HTMLElement)

/**
 * The current obstacle, and what to do about it.
 *
 * @param {Facts} facts
 * @param {boolean} hasScript
 * @param {boolean} isLost whether the demo's server does not answer
 * @returns {[code: string | undefined, words: string] | undefined}
 */
const trouble = ({ problem, snapshot }, hasScript, isLost) => {
  if (isLost)
    return [
      undefined,
      'The demo does not answer. Check that npm start still runs. This page then reconnects automatically.',
    ]
  if (!hasScript)
    return [undefined, 'The page script did not load from the relay. Is npm start still running? Then reload.']
  const remedy = remedyOf(problem)
  if (remedy !== undefined) return [problem, remedy]
  if (snapshot?.clevertap.simulated !== false) return undefined
  return snapshot.relay.readiness?.accounts[snapshot.clevertap.accountId]?.upload === 'suspended'
    ? [
        undefined,
        'CleverTap refuses the account’s credentials: compare CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE and CLEVERTAP_REGION with the dashboard, and start again. Tokens wait in the relay meanwhile.',
      ]
    : undefined
}

/**
 * The buttons, the status and the current obstacle.
 *
 * @param {Facts} facts
 * @param {boolean} hasScript whether the relay's page script has loaded
 * @param {boolean} isLost whether the demo's server does not answer
 */
export const showHero = (facts, hasScript, isLost) => {
  const { status, subscription, isBusy, snapshot } = facts
  subscribe.disabled = isBusy || !hasScript
  subscribe.hidden = status?.state === 'registered' && !isBusy
  subscribe.textContent = isBusy ? 'Working …' : subscription ? 'Try again' : 'Subscribe this browser'
  unsubscribe.disabled = isBusy || !subscription
  const state = status?.state ?? '…'
  badge.textContent = state
  badge.className = `badge ${state}`
  words.textContent = describeState(state)
  const found = trouble(facts, hasScript, isLost)
  fill(notice, found, () => {
    if (!found) return []
    const [code, text] = found
    return [element('p', { class: 'notice failed' }, ...(code ? [element('code', {}, code), ' '] : []), text)]
  })
  if (snapshot && !snapshot.clevertap.simulated) showReal(snapshot.clevertap)
}

/** @param {import('../contract.ts').RealClevertap} clevertap */
const showReal = ({ url, hasOwnKey }) => {
  const key = hasOwnKey
    ? ''
    : ' Browsers subscribe with the demo’s own VAPID key, so CleverTap cannot push to them: set PUSHFERRY_VAPID_PUBLIC_KEY to the public key of your dashboard to change that.'
  const text = `This is the real CleverTap: what you do here is uploaded to account ${realAccount} at ${url}.${key}`
  realNotice.hidden = false
  if (realNotice.textContent !== text) realNotice.textContent = text
  find('reach', HTMLElement).textContent =
    'Relay and demo run on this machine. Requests go to your browser’s push service and to CleverTap.'
}
