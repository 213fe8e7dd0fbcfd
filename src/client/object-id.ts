import { filled } from '../browser/members.ts'
import { PushError, within } from './errors.ts'
import type { Settings } from './options.ts'
import { poll } from './pause.ts'

/** The CleverTap Web SDK. Before it has loaded it is missing or a stub of arrays; afterwards it may still have no ID. */
declare const clevertap: { getCleverTapID(): unknown }

/**
 * Where the SDK keeps its ID: in localStorage as URI-encoded JSON (older versions: without quotes), and in a cookie,
 * URI-encoded and without quotes. The SDK itself ignores a cookie that looks quoted (clevertap-web-sdk 2.7.4).
 */
const sources: readonly (() => unknown)[] = [
  () => clevertap.getCleverTapID(),
  () => localStorage.WZRK_G,
  () => /WZRK_G=(\w[^;]*)/.exec(document.cookie)?.[1],
]

const readSdk = (): string | undefined => {
  for (const source of sources)
    try {
      const id = decodeURIComponent(filled(source()) ?? '').replaceAll('"', '')
      if (id) return id
    } catch {
      // Blocked or damaged.
    }
  return undefined
}

/**
 * Finds the objectId: from the site's own option, or else from the SDK.
 *
 * @returns `null` when the site's own function says that nobody is signed in
 * @throws PushError `no-object-id`
 */
export const findObjectId = async ({ objectId: given, timeoutMs }: Settings): Promise<string | null> => {
  const id: unknown =
    typeof given === 'function'
      ? await within('no-object-id', timeoutMs, given)
      : (given ?? (await poll(readSdk, timeoutMs)))
  if (id === null) return id
  const found = filled(id)
  if (!found) throw new PushError('no-object-id', true)
  return found
}
