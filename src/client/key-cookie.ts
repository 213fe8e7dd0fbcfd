/**
 * The last registration in a first-party cookie, beside CleverTap's own ID in `WZRK_G`: objectId, registration key, and the
 * host where the user has unregistered. CleverTap's ID outlives IndexedDB when that alone is cleared (an eviction,
 * `Clear-Site-Data: "storage"`), and is visible on other subdomains. The key and the user's decision must be there too.
 */
const name = 'pushferry_key='

/**
 * The value of the cookie, or an empty string. Never throws, wherever the browser or a consent manager refuses cookies.
 *
 * @param cookie one to write first
 */
const readValue = (cookie?: string): string => {
  try {
    if (cookie) Reflect.set(document, 'cookie', cookie)
    // Converted to a string, because an element named `cookie` can shadow it on a page that shows other people's HTML.
    return `${document.cookie}`.split(name)[1]?.split(';')[0] ?? ''
  } catch {
    return ''
  }
}

/** The registration that was kept; empty strings where there is none. Never throws. */
export const readKeyCookie = (): { objectId: string; key: string; isOff: boolean } => {
  const [id = '', key = '', offAt] = readValue().split('|')
  let objectId = ''
  try {
    objectId = decodeURIComponent(id)
  } catch {
    // Damaged.
  }
  return { objectId, key, isOff: offAt === location.host }
}

/**
 * Writes the registration to a cookie on the broadest domain that the browser takes, found by trying, because browsers refuse
 * public suffixes. Renews an existing cookie. Does nothing where cookies are blocked.
 *
 * Chrome keeps a cookie for at most 400 days; Safari keeps one that a script has set for 7.
 */
export const writeKeyCookie = (objectId: string, key: string, isOff: boolean): void => {
  let domain = ''
  /** Writes the cookie; returns whether the browser has taken it. */
  const write = (value: string): boolean => {
    const attributes = `Domain=${domain};Path=/;Max-Age=34560000;SameSite=Lax;Secure`
    return readValue(`${name}${value};${attributes}`) === value
  }
  for (const label of location.hostname.split('.').reverse()) {
    domain = label + domain
    // First without a value: if the old value is still read afterwards, its cookie is on another domain.
    if (write('') && write(`${encodeURIComponent(objectId)}|${key}|${isOff ? location.host : ''}`)) return
    domain = `.${domain}`
  }
}
