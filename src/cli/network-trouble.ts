const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host: is CLEVERTAP_REGION or CLEVERTAP_URL right, and does DNS work here?',
  EAI_AGAIN: 'the name could not be looked up: does DNS work here?',
  ECONNREFUSED: 'nothing listens there: is CLEVERTAP_URL right?',
  ECONNRESET: 'the connection broke: is a proxy or firewall in between?',
  UND_ERR_SOCKET: 'the connection broke: is a proxy or firewall in between?',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: does a firewall let this machine out?',
  'time-out': 'no answer in time: try again, or does a firewall let this machine out?',
  'HTTP 429': 'all requests that the account may have in flight are in use: is a relay or an import running?',
  CERT_HAS_EXPIRED: 'the certificate there has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'the certificate there is self-signed: is a proxy in between? NODE_EXTRA_CA_CERTS can name its authority',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the certificate there is not trusted: is a proxy in between? NODE_EXTRA_CA_CERTS can name its authority',
}

/** Explains why a connection failed and what to do. `reason` is a code of the system or of undici. */
export const describeTrouble = (reason: string): string => meanings[reason] ?? `no usable answer (${reason})`
