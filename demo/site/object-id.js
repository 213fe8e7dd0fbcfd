import { realAccount } from './real-account.js'

const key = `pushferry-demo-object-id${realAccount && `-${realAccount}`}`

/** A CleverTap ID of the length that the Web SDK makes, recognisable as the demo's. */
const make = () => `demo${crypto.randomUUID().replaceAll('-', '').slice(0, 28)}`

/** The last one, for browsers that block storage: it then lasts as long as the page. */
let current = ''

/**
 * This browser's CleverTap ID. Made up when there is none yet; but never for a real account, where it would be nobody's,
 * and there it is empty until somebody enters one.
 */
export const readObjectId = () => {
  try {
    current = localStorage.getItem(key) ?? current
  } catch {
    // Blocked storage.
  }
  return current === '' && realAccount === '' ? keepObjectId(make()) : current
}

/** @param {string} objectId */
export const keepObjectId = (objectId) => {
  current = objectId
  try {
    localStorage.setItem(key, objectId)
  } catch {
    // Blocked storage.
  }
  return objectId
}

/** Another user. */
export const newObjectId = () => keepObjectId(make())
