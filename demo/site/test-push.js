import { clock } from './clock.js'
import { element, fill, find } from './dom.js'
import { post } from './events.js'
import { jsonBlock } from './json-view.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {import('../contract.ts').TestPushAnswer} TestPushAnswer */

const button = find('send-test', HTMLButtonElement)
const hint = find('test-hint', HTMLElement)
const result = find('test-result', HTMLElement)

/** @type {TestPushAnswer | {message: string} | undefined} */
let last

/**
 * @param {Snapshot | undefined} snapshot
 * @param {unknown} subscription undefined: there is nothing to send to
 */
export const showTestPush = (snapshot, subscription) => {
  const why = snapshot?.noTestPush ?? (subscription ? '' : 'Subscribe first.')
  button.disabled = why !== '' || !snapshot
  button.classList.toggle('primary', !button.disabled)
  if (hint.textContent !== why) hint.textContent = why
  hint.hidden = why === ''
  const sent = last
  if (!sent) return
  if (!('test' in sent)) return fill(result, sent, () => [element('p', { class: 'notice failed' }, sent.message)])
  const reports = snapshot?.reports.filter(({ test }) => test === sent.test) ?? []
  const viewed = reports.find(({ what }) => what === 'viewed')
  const clicked = reports.find(({ what }) => what === 'clicked')
  const isTaken = sent.status !== null && sent.status < 300
  const steps = [
    isTaken ? `Taken by the push service (${sent.status}).` : sent.message,
    viewed
      ? `${clock(viewed.at)}  Arrived: the worker showed it, and reported it as viewed.`
      : isTaken
        ? 'On its way …'
        : '',
    clicked
      ? `${clock(clicked.at)}  Clicked, and reported as clicked.`
      : viewed
        ? 'Click it: that is reported too.'
        : '',
  ].filter((text) => text !== '')
  fill(result, [sent, steps], () => [
    element('ul', { class: `notice ${isTaken ? 'good' : 'failed'}` }, ...steps.map((text) => element('li', {}, text))),
    jsonBlock('test-payload', 'The message before encryption', sent.payload, false),
  ])
}

/**
 * Makes the button work.
 *
 * @param {() => unknown} readSubscription this browser's, as JSON
 * @param {() => void} onSent
 */
export const startTestPush = (readSubscription, onSent) => {
  button.addEventListener('click', async () => {
    button.disabled = true
    last = await post('/demo/test', readSubscription()).catch((error) => ({ message: error.message }))
    onSent()
  })
}
