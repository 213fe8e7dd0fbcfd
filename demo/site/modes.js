import { clock } from './clock.js'
import { copingText } from './coping.js'
import { element, fill, find } from './dom.js'
import { post } from './events.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {import('../contract.ts').SimulatedClevertap} SimulatedClevertap */

/** @param {SimulatedClevertap} clevertap */
const callsTable = ({ calls }) => {
  if (calls.length === 0) return [element('p', { class: 'hint' }, 'None yet.')]
  const rows = calls.map(({ number, at, size, status, processed }) =>
    element(
      'tr',
      {},
      element('td', {}, `${number}`),
      element('td', {}, clock(at)),
      element('td', {}, `${size}`),
      element(
        'td',
        { class: status === 200 ? 'good' : 'bad' },
        status === 200 ? `200, took ${processed}` : `${status ?? 'none'}`,
      ),
    ),
  )
  const head = ['Call', 'Time', 'Tokens', 'Answer'].map((text) => element('th', { scope: 'col' }, text))
  return [element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows))]
}

const card = find('modes-card', HTMLElement)
const copingBox = find('coping', HTMLElement)
const callsBox = find('calls', HTMLElement)

/** Makes the switch work. */
export const startModes = () => {
  card.addEventListener('change', async ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return
    await post('/demo/mode', { mode: target.value }).catch((error) => {
      copingBox.replaceChildren(element('p', { class: 'notice failed' }, error.message))
    })
  })
}

/** @param {Snapshot} snapshot */
export const showModes = (snapshot) => {
  const { clevertap } = snapshot
  card.hidden = !clevertap.simulated
  if (!clevertap.simulated) return
  for (const radio of card.querySelectorAll('input')) radio.checked = radio.value === clevertap.mode
  const text = copingText(snapshot)
  fill(copingBox, text, () => [element('p', { class: 'coping' }, text)])
  fill(callsBox, clevertap.calls, () => callsTable(clevertap))
}
