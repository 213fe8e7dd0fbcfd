/**
 * The last registration in a first-party cookie, beside CleverTap's own ID in `WZRK_G`: objectId, registration key, and the
 * host where the user has unregistered. Whatever clears IndexedDB alone (an eviction, `Clear-Site-Data: "storage"`, another
 * subdomain) leaves the ID, and must leave its proof and the user's decision.
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
    // A string in any case: an element of a page that lets others write some may have that name.
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
 * Keeps a registration on the broadest domain that the browser takes, found by trying: it refuses public suffixes. Renews
 * the cookie that is there. Does nothing where cookies are blocked.
 *
 * 400 days are the longest that Chrome keeps a cookie; Safari keeps one that a script has set for 7.
 */
export const writeKeyCookie = (objectId: string, key: string, isOff: boolean): void => {
  let domain = ''
  /** Says whether the browser has taken it. */
  const write = (value: string): boolean => {
    const attributes = `Domain=${domain};Path=/;Max-Age=34560000;SameSite=Lax;Secure`
    return readValue(`${name}${value};${attributes}`) === value
  }
  for (const label of location.hostname.split('.').reverse()) {
    domain = label + domain
    // First without a value: one that is still there lies on another domain.
    if (write('') && write(`${encodeURIComponent(objectId)}|${key}|${isOff ? location.host : ''}`)) return
    domain = `.${domain}`
  }
}
