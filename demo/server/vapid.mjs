import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{publicKey: string, privateKey: string}} VapidKeys */

/**
 * The demo's own VAPID pair. It is made on the first run and then kept, because a browser's subscription is bound to it.
 *
 * @param {string} folder of the file `vapid.json`, which only this user can read
 * @param {() => VapidKeys} make
 * @returns {VapidKeys}
 */
export const keepVapidKeys = (folder, make) => {
  const file = join(folder, 'vapid.json')
  try {
    const { publicKey, privateKey } = JSON.parse(readFileSync(file, 'utf8'))
    const isPair =
      Buffer.from(publicKey, 'base64url').length === 65 && Buffer.from(privateKey, 'base64url').length === 32
    if (isPair) return { publicKey, privateKey }
  } catch {
    // Missing or invalid. With a new pair the page script replaces each browser's subscription.
  }
  const keys = make()
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 })
  return keys
}
