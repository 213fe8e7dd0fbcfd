import { realAccount } from './real-account.js'

const key = `pushferry-demo-object-id${realAccount && `-${realAccount}`}`

/** A CleverTap ID with the length of the Web SDK's, recognisable as the demo's. */
const make = () => `demo${crypto.randomUUID().replaceAll('-', '').slice(0, 28)}`

/** The last objectId, for browsers that block storage. Lasts as long as the page. */
let current = ''

/**
 * This browser's CleverTap ID. Makes one up if there is none. For a real account it stays empty until the user enters one, because a
 * made-up ID would belong to no profile.
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

/** A new made-up ID, as for another user. */
export const newObjectId = () => keepObjectId(make())
