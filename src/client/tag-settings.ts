import { own } from '../browser/members.ts'
import type { Options } from './options.ts'

/** The page's settings for its client: the options of `createPush`, and these. */
export interface TagSettings extends Omit<Partial<Options>, 'fallback'> {
  /** A name, or a function in `self.PUSHFERRY`. */
  fallback?: 'clevertap-sdk' | NonNullable<Options['fallback']>
  /** Whether to run `sync()` on load. */
  auto?: boolean
}

/** The value, if it is an object that a script has written down, and no element or frame with that name. Never throws. */
export const plain = <T>(value: T): T | undefined =>
  Reflect.getPrototypeOf(Object(value)) === Object.prototype ? value : undefined

const fileName = 'pushferry.min'
const selector = `[src*="${fileName}"],[data-relay]`

/**
 * The tag of this script. `currentScript` is none in a module, in inlined or evaluated code, and where an element has that
 * name, and is the loader's where a loader evaluates our code. So it is the tag that has our file name or our first
 * attribute, of several the current one. Only a real script element is believed, because sites let others write other
 * elements.
 */
const findTag = (): HTMLScriptElement | undefined => {
  // An element may have the name of a method too: as a member of the document itself, not of its prototype. The cast: that one is
  // a document's.
  const prototype = Reflect.getPrototypeOf(document) as Document
  const tags = [document.currentScript, ...prototype.querySelectorAll.call(document, selector)].filter(
    (tag) => tag instanceof HTMLScriptElement,
  )
  return tags.find((tag) => tag.matches(selector)) ?? tags[0]
}

/** Attributes win over `self.PUSHFERRY`, and both over the script's origin as `relay`. An empty string counts as not set. */
export const findSettings = (): TagSettings => {
  const tag = findTag()
  const settings: TagSettings = own({
    ...(tag?.src.includes(fileName) && { relay: new URL(tag.src).origin }),
    ...plain((self as { PUSHFERRY?: TagSettings }).PUSHFERRY),
  })
  const { relay, serviceWorker, scope, vapidKey, objectId, fallback, debug, auto } = own(tag?.dataset)
  const strings = { relay, serviceWorker, scope, vapidPublicKey: vapidKey, objectId, fallback }
  for (const [name, value] of Object.entries(strings)) if (value) (settings as Record<string, unknown>)[name] = value
  if (debug !== undefined) settings.debug = debug !== 'false'
  if (auto !== undefined) settings.auto = auto !== 'false'
  return settings
}
