const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host: check CLEVERTAP_REGION or CLEVERTAP_URL, and DNS',
  EAI_AGAIN: 'the name could not be looked up: check DNS',
  ECONNREFUSED: 'nothing listens there: check CLEVERTAP_URL',
  ECONNRESET: 'the connection broke: check for a proxy or firewall in between',
  UND_ERR_SOCKET: 'the connection broke: check for a proxy or firewall in between',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: check the firewall of this machine',
  'time-out': 'no answer in time: try again, or check the firewall of this machine',
  'HTTP 429': 'all request slots of the account are in use: check for a running relay or import',
  CERT_HAS_EXPIRED: 'the certificate there has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'the certificate there is self-signed: if a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its authority',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the certificate there is not trusted: if a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its authority',
}

/** Explains why a connection failed and what to do. `reason` is a code of the system or of undici. */
export const describeTrouble = (reason: string): string => meanings[reason] ?? `no usable answer (${reason})`
