/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {import('../contract.ts').SimulatedClevertap} SimulatedClevertap */

/**
 * @typedef {object} Facts The state of this browser's token, in the browser and at the server.
 * @property {{state: string, reason?: string | undefined} | undefined} status `push.status()`; undefined: not asked yet
 * @property {string} permission `Notification.permission`
 * @property {{script: string, scope: string, state: string} | undefined} worker
 * @property {{endpoint: string} | undefined} subscription `PushSubscription.toJSON()`
 * @property {{request: unknown, status: number, answer: unknown} | undefined} exchange the last request to the relay
 * @property {boolean} isBusy whether `register()` is running
 * @property {string | undefined} problem the code of the last failure, or the reason of the status
 * @property {string} objectId
 * @property {Snapshot | undefined} snapshot
 */

/**
 * @typedef {'todo' | 'doing' | 'waiting' | 'done' | 'failed'} StepState
 * @typedef {{state: StepState, title: string, text: string, json: [title: string, value: unknown][]}} Step
 */

/**
 * @param {StepState} state
 * @param {string} title
 * @param {string} text
 * @param {[string, unknown][]} [json]
 * @returns {Step}
 */
const step = (state, title, text, json = []) => ({ state, title, text, json })

/** @param {Facts} facts */
const permissionStep = ({ permission }) => {
  const title = 'Permission'
  const json = /** @type {[string, unknown][]} */ ([['Notification.permission', permission]])
  if (permission === 'granted') return step('done', title, 'You allowed this site to show notifications.', json)
  if (permission === 'denied')
    return step('failed', title, 'You, or your browser, blocked notifications of this site.', json)
  return step('todo', title, 'Your click lets the page ask whether it may show notifications.')
}

/** @param {Facts} facts */
const workerStep = ({ worker }) => {
  const title = 'Service worker'
  if (!worker)
    return step('todo', title, 'A script that stays with the browser when the page is closed. Pushes wake it.')
  const text =
    'Installed from one line on this site, importScripts of the relay’s file. Pushes wake it when no page is open.'
  return step(worker.state === 'activated' ? 'done' : 'doing', title, text, [['ServiceWorkerRegistration', worker]])
}

/** @param {Facts} facts */
const subscriptionStep = ({ subscription }) => {
  const title = 'Subscription'
  if (!subscription)
    return step(
      'todo',
      title,
      'PushManager asks the browser’s push service for an address that is yours alone, and makes two keys.',
    )
  const { host } = new URL(subscription.endpoint)
  return step('done', title, `${host} gave this browser an address; its last part is the token.`, [
    ['PushSubscription', subscription],
  ])
}

/** @param {Facts} facts */
const relayStep = ({ status, subscription, exchange, snapshot, objectId }) => {
  const title = 'Relay'
  const token = snapshot?.tokens[objectId]
  /** @type {[string, unknown][]} */
  const json = []
  if (exchange && subscription) {
    json.push(['POST /v1/subscriptions', exchange.request], [`The answer, ${exchange.status}`, exchange.answer])
  } else if (token && subscription) json.push(['GET /v1/tokens/{objectId}', token])
  if (status?.state === 'registered' && subscription)
    return step(
      'done',
      title,
      'The page shaped it into CleverTap’s record and sent it; the relay has it on disk.',
      json,
    )
  if (subscription && status?.reason === 'unreachable')
    return step('waiting', title, 'The relay does not answer. The browser keeps the token and tries again later.', json)
  if (subscription && status?.reason) return step('failed', title, `The relay refuses it: ${status.reason}.`, json)
  return step(
    'todo',
    title,
    'The page shapes it into CleverTap’s record and sends it; the relay acknowledges it once it is on disk.',
  )
}

/**
 * @param {import('../contract.ts').SimulatedClevertap} clevertap
 * @param {string} objectId
 * @returns {[string, unknown][]}
 */
const deliveryJson = ({ deliveries }, objectId) => {
  const delivery = deliveries[objectId]
  return delivery
    ? [[`The record that CleverTap received; it answered ${delivery.call.status ?? 'not at all'}`, delivery.record]]
    : []
}

/** @param {Facts} facts */
const clevertapStep = ({ snapshot, objectId, subscription, status }) => {
  const title = 'CleverTap'
  const token = snapshot?.tokens[objectId]
  const clevertap = snapshot?.clevertap
  const isOn = subscription && status?.state === 'registered'
  if (!token || !clevertap || !isOn) {
    const isLeft = token?.state === 'withdrawn' || (token?.state === 'accepted' && !subscription)
    return step(
      'todo',
      title,
      isLeft
        ? 'Withdrawn at the relay. CleverTap still has the token, because its API cannot remove one; the push service refuses it from now on.'
        : 'The relay uploads it, together with others, and retries until CleverTap has accepted it.',
    )
  }
  const simulated = clevertap.simulated ? clevertap : undefined
  const name = simulated ? 'The simulated CleverTap' : 'CleverTap'
  const json = simulated ? deliveryJson(simulated, objectId) : []
  json.push(['GET /v1/tokens/{objectId}, at the relay', token])
  if (token.state === 'rejected')
    return step('failed', title, `${name} refused it: ${token.error?.code} ${token.error?.message}.`, json)
  if (token.state !== 'accepted') {
    const tried = token.attempts > 0 ? ` ${token.attempts} ${token.attempts === 1 ? 'try' : 'tries'} so far.` : ''
    return step('waiting', title, `It waits in the relay until CleverTap accepts it.${tried}`, json)
  }
  const held = simulated?.profiles.find((profile) => profile.objectId === objectId)
  if (held && subscription && !subscription.endpoint.endsWith(held.token.id))
    return step(
      'done',
      title,
      'CleverTap answered success but did not store the token: it documents that a profile keeps the token that it has. Take a new CleverTap ID below to see a token stored.',
      json,
    )
  return step('done', title, `${name} has put the token on the profile ${objectId}.`, json)
}

/** The step of each failure code. @type {Readonly<Record<string, number>>} */
const brokenBy = {
  unsupported: 0,
  'needs-install': 0,
  'insecure-context': 0,
  'permission-denied': 0,
  'worker-failed': 1,
  'worker-timeout': 1,
  'push-service-unavailable': 2,
  'subscribe-failed': 2,
  'bad-vapid-key': 2,
  'relay-refused': 3,
}

/**
 * The five steps of a token and their states. Pure.
 *
 * @param {Facts} facts
 * @returns {Step[]}
 */
export const stepsOf = (facts) => {
  const steps = [permissionStep, workerStep, subscriptionStep, relayStep, clevertapStep].map((make) => make(facts))
  const broken = steps[brokenBy[facts.problem ?? ''] ?? -1]
  if (broken && broken.state !== 'done' && !facts.isBusy) broken.state = 'failed'
  const next = steps.find(({ state }) => state === 'todo')
  if (facts.isBusy && next && !steps.some(({ state }) => state === 'failed')) next.state = 'doing'
  return steps
}
