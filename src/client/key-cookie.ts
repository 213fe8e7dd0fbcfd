/**
 * The registration key in a first-party cookie, beside CleverTap's own ID in `WZRK_G`: what clears IndexedDB alone (an
 * eviction, `Clear-Site-Data: "storage"`, another subdomain) leaves the ID, and must leave what proves it. One key, of the
 * last objectId.
 */
const name = 'pushferry_key'
/** 400 days, the longest that Chrome keeps a cookie; Safari keeps one that a script has set for 7. */
const maxAge = 34_560_000

/** The key that was kept for this objectId, or an empty string. */
export const readKeyCookie = (objectId: string): string => {
  const start = `${name}=${encodeURIComponent(objectId)}:`
  // A string in any case: an element of a page that lets others write some may have that name.
  return (
    `${document.cookie}`
      .split('; ')
      .find((pair) => pair.startsWith(start))
      ?.slice(start.length) ?? ''
  )
}

/**
 * Keeps the key on the broadest domain that the browser takes, found by trying: it refuses public suffixes. Does nothing
 * where cookies are blocked.
 */
export const writeKeyCookie = (objectId: string, key: string): void => {
  const labels = location.hostname.split('.')
  const domains = labels.map((_, from) => `; Domain=${labels.slice(from).join('.')}`).reverse()
  for (const domain of [...domains, '']) {
    const pair = `${name}=${encodeURIComponent(objectId)}:${key}`
    Reflect.set(document, 'cookie', `${pair}${domain}; Path=/; Max-Age=${maxAge}; SameSite=Lax; Secure`)
    if (readKeyCookie(objectId) === key) return
  }
}
