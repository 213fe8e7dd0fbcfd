import { readBrowser } from './browser-facts.js'
import { showChips } from './chips.js'
import { find } from './dom.js'
import { listen } from './events.js'
import { showHero } from './hero.js'
import { showJourney } from './journey.js'
import { showModes, startModes } from './modes.js'
import { showNative, startNativeForm } from './native-form.js'
import { readObjectId } from './object-id.js'
import { startObjectIdForm } from './object-id-form.js'
import { recordingFetch } from './record-exchange.js'
import { showStored } from './stored.js'
import { showTestPush, startTestPush } from './test-push.js'

/** @typedef {typeof import('../../src/client/index.ts').createPush} CreatePush */
/** @typedef {ReturnType<CreatePush>} Push */
/** @typedef {import('./journey-steps.js').Facts} Facts */

/** @type {Facts} */
const facts = {
  status: undefined,
  permission: 'default',
  worker: undefined,
  subscription: undefined,
  exchange: undefined,
  isBusy: false,
  problem: undefined,
  objectId: readObjectId(),
  snapshot: undefined,
}
/** The code of the last call's failure, until the next call. @type {string | undefined} */
let failure
let isLost = false

/** The global of pushferry.min.js; missing when the relay did not answer. */
const pushferry = /** @type {{createPush: CreatePush} | undefined} */ (Reflect.get(globalThis, 'pushferry'))
const script = document.querySelector('script[src$="/pushferry.min.js"]')
/** @type {Push | undefined} */
const push = pushferry?.createPush({
  relay: new URL(script instanceof HTMLScriptElement ? script.src : '').origin,
  objectId: readObjectId,
  // A site keeps the default of seven days. Here relay and simulator are empty after each npm start, so every visit registers again.
  refreshAfterDays: 0,
  fetch: recordingFetch((exchange) => {
    facts.exchange = exchange
  }),
})

const show = () => {
  const { snapshot, subscription, status } = facts
  facts.problem = failure ?? status?.reason
  showHero(facts, push !== undefined, isLost)
  showJourney(facts)
  showTestPush(snapshot, subscription)
  showNative(snapshot)
  if (!snapshot) return
  showModes(snapshot)
  showStored(snapshot, facts.objectId)
}

/** Reads the browser's state and shows it. Never fails: unreadable parts are shown as missing. */
const look = async () => {
  const [browser, status] = await Promise.all([readBrowser().catch(() => undefined), push?.status()])
  Object.assign(facts, browser, { status })
  show()
}

/**
 * Runs one of the page script's verbs, and shows its progress and its result.
 *
 * @param {(push: Push) => Promise<unknown>} verb
 */
const act = async (verb) => {
  if (!push) return
  failure = facts.objectId === '' ? 'no-object-id' : undefined
  if (failure) return show()
  facts.isBusy = true
  // No event reports that worker and subscription are created while the verb runs.
  const watching = setInterval(look, 250)
  try {
    const done = verb(push) // before any await, because a browser prompts for permission only within the click
    show()
    await done
  } catch (error) {
    const { code = 'subscribe-failed', cause } = Object(error) // a PushError
    failure = code === 'relay-refused' && typeof cause === 'string' ? cause : code
  } finally {
    clearInterval(watching)
    facts.isBusy = false
    await look()
  }
}

/** Does the script tag's work on every load; shown only if the page has permission. */
const repair = async () => {
  if (facts.permission === 'granted') return act((push) => push.sync())
  await push?.sync().catch(() => {})
  await look()
}

let stopListening = () => {}
const listenAnew = () => {
  stopListening()
  stopListening = listen(facts.objectId, (snapshot) => {
    const isBack = isLost && snapshot
    isLost = !snapshot
    facts.snapshot = snapshot ?? facts.snapshot
    showChips(snapshot)
    // Another run of npm start, whose relay does not know this browser.
    void (isBack && facts.objectId !== '' ? repair() : look())
  })
}

find('subscribe', HTMLButtonElement).addEventListener('click', () => act((push) => push.register()))
find('unsubscribe', HTMLButtonElement).addEventListener('click', () => act((push) => push.unregister()))
startObjectIdForm(facts.objectId, (objectId) => {
  facts.objectId = objectId
  facts.exchange = undefined
  listenAnew()
  void repair()
})
startModes()
startNativeForm()
startTestPush(() => facts.subscription, show)
push?.onChange(look)
listenAnew()
await look()
if (facts.objectId !== '') await repair()
