import type { Options } from './options.ts'

/** The page's settings for its client: the options of `createPush`, and these. */
export interface TagSettings extends Omit<Partial<Options>, 'fallback'> {
  /** A name, or a function in `self.PUSHFERRY`. */
  fallback?: 'clevertap-sdk' | NonNullable<Options['fallback']>
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

/** `self.PUSHFERRY`, if it is a plain object and not an element with that `id`. */
const readGlobal = (): TagSettings => {
  const { PUSHFERRY: given } = self as { PUSHFERRY?: TagSettings }
  return given?.constructor === Object ? given : {}
}

/** Attributes win over `self.PUSHFERRY`, and both over the script's origin as `relay`. An empty string counts as not set. */
export const findSettings = (): TagSettings => {
  const tag = findTag()
  const settings: TagSettings = { ...(tag?.src && { relay: new URL(tag.src).origin }), ...readGlobal() }
  const { relay, serviceWorker, scope, vapidKey, objectId, fallback, debug, auto } = tag?.dataset ?? {}
  const strings = { relay, serviceWorker, scope, vapidPublicKey: vapidKey, objectId, fallback }
  for (const [name, value] of Object.entries(strings)) if (value) Reflect.set(settings, name, value)
  if (debug !== undefined) settings.debug = debug !== 'false'
  if (auto === 'false') settings.auto = false
  return settings
}
