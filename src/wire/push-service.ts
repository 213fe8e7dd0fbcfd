/** The parts of a push subscription's endpoint. */
export interface Endpoint {
  /** Lower case, with the port if there is one. */
  host: string
  /** The last path segment; with the query where the service puts the token there (WNS). */
  id: string
}

/** Hosts of Google's push service. The last path segment of an endpoint is an FCM token, CleverTap's `chrome` token id. */
export const fcmHosts: readonly string[] = ['fcm.googleapis.com', 'android.googleapis.com', 'jmt17.google.com']

/** Whether an id has only characters that FCM uses in tokens and endpoints. */
export const isFcmId = (id: string): boolean => /^[\w\-:.%~=]+$/.test(id)

/**
 * Splits an endpoint into host and id. The host identifies the push service, the user agent never does (RFC 8030 leaves the
 * rest of the URL to the service).
 *
 * @returns `undefined` for anything but an https URL with a non-empty last path segment. Never throws.
 */
export const readEndpoint = (endpoint: string): Endpoint | undefined => {
  const [, host, id] =
    /^https:\/\/([\w.-]+(?::\d+)?|\[[\da-f:]+\](?::\d+)?)\/(?:[^?#\s]*\/)?([^/#\s]+)$/i.exec(endpoint) ?? []
  return host && id ? { host: host.toLowerCase(), id } : undefined
}
