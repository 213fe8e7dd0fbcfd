import { element, fill, find } from './dom.js'
import { post } from './events.js'
import { jsonBlock } from './json-view.js'
import { realAccount } from './real-account.js'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {import('../contract.ts').UploadAnswer} UploadAnswer */

const form = find('native-form', HTMLFormElement)
const type = find('native-type', HTMLSelectElement)
const id = find('native-id', HTMLTextAreaElement)
const objectId = find('native-object-id', HTMLInputElement)
const result = find('native-result', HTMLElement)

/** CleverTap's prefixes of IDs by platform (from the API's documentation). @type {Readonly<Record<string, string>>} */
const prefixes = { fcm: '__', gcm: '__', apns: '-', wns: '~', mpns: '~' }

const random = (/** @type {number} */ length) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A made-up token of the chosen type, in the format of real ones. */
const fillIn = () => {
  objectId.value = `${prefixes[type.value]}${random(15)}`
  id.value = type.value === 'apns' ? random(32) : `${random(5)}:APA91b${random(40)}`
}

/** The last posted record and its answer. @type {{record: {objectId: string}, answer: UploadAnswer} | undefined} */
let last

/**
 * Why the relay has refused the record, in a sentence that includes CleverTap's code.
 *
 * @param {UploadAnswer} answer
 */
const refusal = ({ body }) => {
  const { code, error } = Object(Object(body).unprocessed?.[0] ?? body)
  return error === undefined ? [] : [element('p', { class: 'notice failed' }, `Not taken, code ${code}: ${error}.`)]
}

/**
 * Shows the answer, and then the relay's state of the token.
 *
 * @param {Snapshot | undefined} snapshot
 */
export const showNative = (snapshot) => {
  const posted = last
  if (!posted) return
  const token = snapshot?.tokens[posted.record.objectId]
  fill(result, [posted, token], () => [
    ...refusal(posted.answer),
    ...(token
      ? [
          element(
            'p',
            {},
            'State at the relay: ',
            element('strong', { class: `badge ${token.state}` }, token.state),
            token.attempts > 0 ? ` after ${token.attempts} ${token.attempts === 1 ? 'try' : 'tries'}` : '',
          ),
        ]
      : []),
    jsonBlock('native-request', 'POST /1/upload', posted.record, false),
    jsonBlock('native-answer', `The answer, ${posted.answer.status}`, posted.answer.body),
    ...(token ? [jsonBlock('native-token', 'GET /v1/tokens/{objectId}', token, false)] : []),
  ])
}

/** Makes the form work. */
export const startNativeForm = () => {
  const sample = find('native-sample', HTMLButtonElement)
  sample.hidden = realAccount !== '' // made-up tokens have no place in a real account
  if (!sample.hidden) {
    fillIn()
    type.addEventListener('change', fillIn)
    sample.addEventListener('click', fillIn)
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const record = { type: 'token', tokenData: { id: id.value, type: type.value }, objectId: objectId.value }
    try {
      last = { record, answer: await post('/demo/upload', record) }
      showNative(undefined)
    } catch (error) {
      last = undefined
      const message = error instanceof Error ? error.message : String(error)
      fill(result, message, () => [element('p', { class: 'notice failed' }, message)])
    }
  })
}
