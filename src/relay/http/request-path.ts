const decode = (path: string): string => {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/**
 * The path of a request's target, as the router reads it: without the scheme and host of an absolute target (RFC 9112 §3.2.2),
 * without query, decoded, and without doubled and trailing slashes.
 */
export const requestPath = (url: string): string =>
  decode(url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, ''))
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
