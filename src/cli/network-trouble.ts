const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host: check CLEVERTAP_REGION or CLEVERTAP_URL, and DNS',
  EAI_AGAIN: 'the name could not be looked up: check DNS',
  ECONNREFUSED: 'nothing listens there: check CLEVERTAP_URL',
  ECONNRESET: 'the connection broke: check for a proxy or firewall in between',
  UND_ERR_SOCKET: 'the connection broke: check for a proxy or firewall in between',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: check the firewall of this machine',
  'time-out': 'no answer in time: try again, or check the firewall of this machine',
  'not the documented JSON':
    "the answer does not come from CleverTap's API: check CLEVERTAP_URL, and for a proxy in between",
  'HTTP 429': 'all request slots of the account are in use: check for a running relay or import',
  CERT_HAS_EXPIRED: 'the certificate there has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'the certificate there is self-signed: if a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its authority',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the certificate there is not trusted: if a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its authority',
}

const describeStatus = (reason: string): string | undefined => {
  const [, status] = /^HTTP (\d{3})$/.exec(reason) ?? []
  if (status === undefined) return undefined
  if (status.startsWith('3'))
    return `the address redirects (${reason}), which is not followed: check CLEVERTAP_REGION or CLEVERTAP_URL`
  return status.startsWith('5')
    ? `CleverTap answers with errors (${reason}): try again later`
    : `CleverTap refuses the request (${reason}): check CLEVERTAP_URL, and for a proxy in between`
}

/** Explains why a connection failed and what to do. `reason` is a code of the system, of undici or of the relay. */
export const describeTrouble = (reason: string): string =>
  meanings[reason] ??
  describeStatus(reason) ??
  (reason.startsWith('proxy ')
    ? `the proxy that HTTPS_PROXY names gives no connection (${reason}): check HTTPS_PROXY and NO_PROXY`
    : `no usable answer (${reason})`)
