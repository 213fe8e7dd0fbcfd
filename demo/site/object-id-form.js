import { find } from './dom.js'
import { keepObjectId, newObjectId } from './object-id.js'
import { realAccount } from './real-account.js'

const form = find('object-id-form', HTMLFormElement)
const input = find('object-id', HTMLInputElement)
const another = find('new-object-id', HTMLButtonElement)

/**
 * Makes the form work.
 *
 * @param {string} objectId this browser's
 * @param {(objectId: string) => void} onChange another one is used from now on
 */
export const startObjectIdForm = (objectId, onChange) => {
  input.value = objectId
  another.hidden = realAccount !== ''
  if (realAccount !== '')
    find('object-id-hint', HTMLElement).textContent =
      'Of a profile that your account has: the Web SDK of CleverTap tells it, clevertap.getCleverTapID(). On your site Pushferry asks the SDK itself.'
  const change = (/** @type {string} */ next) => {
    input.value = next
    onChange(next)
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const given = input.value.trim()
    if (given !== '' || realAccount !== '') change(keepObjectId(given))
    else change(newObjectId())
  })
  another.addEventListener('click', () => change(newObjectId()))
}
