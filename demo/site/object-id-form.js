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
 * @param {(objectId: string) => void} onChange called with a new objectId
 */
export const startObjectIdForm = (objectId, onChange) => {
  input.value = objectId
  another.hidden = realAccount !== ''
  if (realAccount !== '')
    find('object-id-hint', HTMLElement).textContent =
      'Enter the ID of a profile in your account: clevertap.getCleverTapID() of CleverTap’s Web SDK returns it. On your site Pushferry asks the SDK.'
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
