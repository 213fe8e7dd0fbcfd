/**
 * The registration key in a first-party cookie, beside CleverTap's own ID in `WZRK_G`: whatever clears IndexedDB alone (an
 * eviction, `Clear-Site-Data: "storage"`, another subdomain) leaves the ID, and must leave its proof. One key, of the last
 * objectId.
 */
const startOf = (objectId: string): string => `pushferry_key=${encodeURIComponent(objectId)}:`

/**
 * The key that was kept for this objectId, or an empty string. Never throws, wherever the browser or a consent manager
 * refuses cookies.
 *
 * @param cookie one to write first
 */
export const readKeyCookie = (objectId: string, cookie?: string): string => {
  try {
    if (cookie) Reflect.set(document, 'cookie', cookie)
    // A string in any case: an element of a page that lets others write some may have that name.
    return `${document.cookie}`.split(startOf(objectId))[1]?.split(';')[0] ?? ''
  } catch {
    return ''
  }
}

/**
 * Keeps the key on the broadest domain that the browser takes, found by trying: it refuses public suffixes. Renews the
 * cookie that is there. Does nothing where cookies are blocked.
 *
 * 400 days are the longest that Chrome keeps a cookie; Safari keeps one that a script has set for 7.
 */
export const writeKeyCookie = (objectId: string, key: string): void => {
  let domain = ''
  /** Says whether the browser has taken it. */
  const write = (value: string): boolean => {
    const attributes = `Domain=${domain};Path=/;Max-Age=34560000;SameSite=Lax;Secure`
    return readKeyCookie(objectId, `${startOf(objectId)}${value};${attributes}`) === value
  }
  for (const label of location.hostname.split('.').reverse()) {
    domain = label + domain
    // First without the key: a key that is still there lies on another domain.
    if (write('') && write(key)) return
    domain = `.${domain}`
  }
}
