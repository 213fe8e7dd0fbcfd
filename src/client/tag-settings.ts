import { own } from '../browser/members.ts'
import type { Options } from './options.ts'

/** The page's settings for its client: the options of `createPush`, and these. */
export interface TagSettings extends Omit<Partial<Options>, 'fallback'> {
  /** A name, or a function in `self.PUSHFERRY`. */
  fallback?: 'clevertap-sdk' | NonNullable<Options['fallback']>
  /** Whether to run `sync()` on load. */
  auto?: boolean
}

/** The value if it is a plain object, such as a script writes, and not an element or frame with that name. Never throws. */
export const plain = <T>(value: T): T | undefined =>
  Reflect.getPrototypeOf(Object(value)) === Object.prototype ? value : undefined

const fileName = 'pushferry.min'
const selector = `[src*="${fileName}"],[data-relay]`

/**
 * The tag of this script. `document.currentScript` need not be it: it is null in a module, an element may have that name, and
 * where a loader evaluates or inlines our code it is the loader's tag. So this looks for a tag with our file name or
 * `data-relay`, and prefers the current one of several. Only a real script element is trusted, because sites let others write
 * other elements.
 */
const findTag = (): HTMLScriptElement | undefined => {
  // An element can shadow a method of the document by its name, but not on the prototype. The cast: it is a document's
  // prototype.
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
