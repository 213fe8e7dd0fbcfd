import type { Fallback } from './fallback.ts'
import type { Options } from './options.ts'

/** What the page says about its client. */
export interface TagSettings {
  /** `undefined` where there is no relay. */
  readonly options: Options | undefined
  /** Whether to run `sync()` on load. */
  readonly auto: boolean
}

/**
 * The tag of this script. `currentScript` is none in a module, in inlined or evaluated text, and where an element has that
 * name; then it is the tag that has our file name or our first attribute. Only a real script element is believed, because
 * sites let others write other elements.
 */
const findTag = (): HTMLScriptElement | undefined => {
  const isOurs = (tag: unknown): tag is HTMLScriptElement => tag instanceof HTMLScriptElement
  const { currentScript } = document
  if (isOurs(currentScript)) return currentScript
  try {
    return [...document.querySelectorAll('script[src*="/pushferry.min.js"],script[data-relay]')].find(isOurs)
  } catch {
    return undefined
  }
}

/** `self.PUSHFERRY`, if it is a plain object: an element with that `id` is none. */
const readGlobal = (): Partial<Options> & { auto?: boolean } => {
  const { PUSHFERRY: given } = self as { PUSHFERRY?: unknown }
  return typeof given === 'object' && given && Object.getPrototypeOf(given) === Object.prototype ? given : {}
}

/** @param fallbacks what `data-fallback` may name */
export const findSettings = (fallbacks: Readonly<Record<string, Fallback>>): TagSettings => {
  const tag = findTag()
  const { auto: wanted, ...given } = readGlobal()
  const { relay, serviceWorker, scope, vapidKey, objectId, fallback, debug, auto } = tag?.dataset ?? {}
  const handler = fallback === undefined ? undefined : fallbacks[fallback]
  if (fallback !== undefined && !handler)
    console.error(`Pushferry: unknown data-fallback. The known one is ${Object.keys(fallbacks)}.`)
  const options: Partial<Options> = {
    // The origin of the script, unless somebody says otherwise.
    ...(tag?.src && { relay: new URL(tag.src).origin }),
    ...given,
    ...(relay && { relay }),
    ...(serviceWorker && { serviceWorker }),
    ...(scope && { scope }),
    ...(vapidKey && { vapidPublicKey: vapidKey }),
    ...(objectId && { objectId }),
    ...(handler && { fallback: handler }),
    ...(debug !== undefined && debug !== 'false' && { debug: true }),
  }
  return {
    options: options.relay ? { ...options, relay: options.relay } : undefined,
    auto: auto === undefined ? wanted !== false : auto !== 'false',
  }
}
