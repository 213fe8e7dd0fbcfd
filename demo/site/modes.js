import { clock } from './clock.js'
import { element, fill, find } from './dom.js'
import { post } from './events.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {import('../contract.ts').SimulatedClevertap} SimulatedClevertap */

/**
 * The relay's reaction in words: its health and its queue.
 *
 * @type {Readonly<Record<import('../contract.ts').Mode, {failing: string, over: string}>>}
 */
const coping = {
  working: {
    failing: '',
    over: 'Everything that arrives is uploaded within a second. Switch on a failure, then post a token below.',
  },
  'too-many': {
    failing: 'CleverTap asks for fewer requests: the relay waits for Retry-After, and sends fewer at a time.',
    over: 'CleverTap answers 429 to the next upload. Post a token below, and see it wait.',
  },
  outage: {
    failing:
      'The relay continues to accept tokens, keeps them on disk, and retries with growing pauses (here at most 4 s).',
    over: 'CleverTap answers 500 to the next upload. Post a token below, and see it wait.',
  },
  refused: {
    failing:
      'CleverTap refuses the passcode: the relay continues to accept tokens, and tries the passcode once a minute.',
    over: 'CleverTap answers 401 to the next upload. Post a token below, and see it wait.',
  },
}

/** @param {Snapshot} snapshot */
const copingText = ({ relay, clevertap, tokens }) => {
  if (!clevertap.simulated) return ''
  const upload = relay.readiness?.accounts[clevertap.accountId]?.upload
  const waiting = Object.values(tokens).filter(
    (token) => token?.state === 'queued' || token?.state === 'uploading',
  ).length
  const waits =
    waiting === 0
      ? ''
      : ` ${waiting === 1 ? 'One token of yours waits' : `${waiting} tokens of yours wait`}; nothing is lost.`
  const { failing, over } = coping[clevertap.mode]
  if (clevertap.mode !== 'working') return (upload !== 'ok' || waiting > 0 ? failing : over) + waits
  if (upload === 'suspended')
    return `CleverTap works again. The relay will see it when it asks the next time, within a minute.${waits}`
  if (upload === 'failing') return `CleverTap works again. The relay sees it with its next try, in seconds.${waits}`
  return over + waits
}

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
