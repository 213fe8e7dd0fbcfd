import type { Fallback } from './fallback.ts'
import type { Options } from './options.ts'

/** What the page says about its client. */
interface TagSettings extends Partial<Options> {
  /** Whether to run `sync()` on load. */
  auto?: boolean
}

/**
 * The tag of this script. `currentScript` is none in a module, in inlined or evaluated text, and where an element has that
 * name; then it is the tag that has our file name or our first attribute. Only a real script element is believed, because
 * sites let others write other elements.
 */
const findTag = (): HTMLScriptElement | undefined => {
  try {
    return [
      document.currentScript,
      ...document.querySelectorAll('script[src*="/pushferry.min.js"],script[data-relay]'),
    ].find((tag) => tag instanceof HTMLScriptElement)
  } catch {
    return undefined
  }
}

/** `self.PUSHFERRY`, if it is a plain object: an element with that `id` is none. */
const readGlobal = (): TagSettings => {
  const { PUSHFERRY: given } = self as { PUSHFERRY?: unknown }
  return typeof given === 'object' && given && Object.getPrototypeOf(given) === Object.prototype ? given : {}
}

/**
 * The attributes of the tag over `self.PUSHFERRY`, over the origin of the script as `relay`.
 *
 * @param fallbacks what `data-fallback`, and `fallback` in `self.PUSHFERRY`, may name
 */
export const findSettings = (fallbacks: Readonly<Record<string, Fallback>>): TagSettings => {
  const tag = findTag()
  const { relay, serviceWorker, scope, vapidKey, objectId, fallback, debug, auto } = tag?.dataset ?? {}
  const { fallback: own, ...given } = readGlobal()
  // `self.PUSHFERRY` may name one as well, for tag managers that drop the attribute.
  const name: unknown = fallback || own
  const isName = typeof name === 'string'
  const named = isName && Object.hasOwn(fallbacks, name) ? fallbacks[name] : undefined
  if (isName && !named) console.error(`Pushferry: the fallback is one of ${Object.keys(fallbacks)}.`)
  const attributes = {
    relay,
    serviceWorker,
    scope,
    vapidPublicKey: vapidKey,
    objectId,
    fallback: isName ? named : own,
    debug: debug === undefined ? undefined : debug !== 'false',
    auto: auto === undefined ? undefined : auto !== 'false',
  }
  return Object.assign(
    tag?.src ? { relay: new URL(tag.src).origin } : {},
    given,
    Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== '')),
  )
}
