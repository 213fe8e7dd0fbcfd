import { PushError, within } from './errors.ts'
import type { Settings } from './options.ts'
import { pause } from './pause.ts'

/** The CleverTap Web SDK. Until it has loaded it is missing or a stub of arrays, and it may be without an ID after. */
declare const clevertap: { getCleverTapID(): unknown }

/** How often the CleverTap SDK is looked at, because it has no event for its ID (ms). */
const pollMs = 200

/**
 * Where the SDK has its ID: in localStorage as URI-encoded JSON or, by older versions, bare; in a cookie URI-encoded and
 * bare, which the SDK itself does not believe when it looks quoted (clevertap-web-sdk 2.7.4).
 */
const sources: readonly (() => unknown)[] = [
  () => clevertap.getCleverTapID(),
  () => localStorage.WZRK_G,
  () => /WZRK_G=(\w[^;]*)/.exec(document.cookie)?.[1],
]

const readSdk = (): string | undefined => {
  for (const source of sources)
    try {
      const found = source()
      const id = typeof found === 'string' && decodeURIComponent(found).replaceAll('"', '')
      if (id) return id
    } catch {
      // Blocked or damaged.
    }
  return undefined
}

const waitForSdk = async (timeoutMs: number): Promise<string | undefined> => {
  for (let left = timeoutMs / pollMs; left > 0; left--) {
    const id = readSdk()
    if (id) return id
    await pause(pollMs)
  }
  return undefined
}

/**
 * Finds whose token it is: the site's own answer, or else the SDK's.
 *
 * @returns `null` when the site's own function says that nobody is signed in
 * @throws PushError `no-object-id`
 */
export const findObjectId = async ({ objectId: given, timeoutMs }: Settings): Promise<string | null> => {
  const id =
    typeof given === 'function'
      ? await within('no-object-id', timeoutMs, given)
      : (given ?? (await waitForSdk(timeoutMs)))
  if (id === null || (typeof id === 'string' && id)) return id
  throw new PushError('no-object-id', true)
}
