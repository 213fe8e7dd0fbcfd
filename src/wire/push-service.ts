/** A push subscription's endpoint, taken apart. */
export interface Endpoint {
  /** Lower case, with the port if it names one. */
  host: string
  /** The last path segment; with the query where the service puts the token there (WNS). */
  id: string
}

/** Hosts of Google's push service. Their last path segment is an FCM token, which is CleverTap's `chrome` token id. */
export const fcmHosts: readonly string[] = ['fcm.googleapis.com', 'android.googleapis.com', 'jmt17.google.com']

/** Whether an id has only the characters that FCM's tokens and endpoints have. */
export const isFcmId = (id: string): boolean => /^[\w\-:.%~=]+$/.test(id)

/**
 * Takes an endpoint apart. The push service is told by the host and never by the user agent (RFC 8030 leaves the rest
 * of the URL to the service).
 *
 * @returns `undefined` for anything that is not an https URL with a path that ends in something. Never throws.
 */
export const readEndpoint = (endpoint: string): Endpoint | undefined => {
  const [, host, id] =
    /^https:\/\/([\w.-]+(?::\d+)?|\[[\da-f:]+\](?::\d+)?)\/(?:[^?#\s]*\/)?([^/#\s]+)$/i.exec(endpoint) ?? []
  return host && id ? { host: host.toLowerCase(), id } : undefined
}
