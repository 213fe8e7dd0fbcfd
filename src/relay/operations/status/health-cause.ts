import type { UploadMode } from './view/snapshot.ts'

/** Why uploads fail, and what to do, for people to read. */
export interface HealthCause {
  cause: string
  remedy: string
}

const network =
  'Nothing is lost: the relay retries automatically. If the failure lasts, check the network of this machine.'
const theirs =
  "Nothing is lost: the relay retries automatically. If the failure lasts, look at CleverTap's status page."
const proxy =
  'Check for a proxy or firewall in between: the relay must reach CleverTap directly. It retries automatically.'
const certificate =
  'If a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its authority. The relay retries automatically.'

/** Causes by the reason of a failed upload request: a code of the system, of TLS or of undici, or Pushferry's own. */
const causes: Readonly<Record<string, HealthCause>> = {
  'time-out': { cause: 'CleverTap does not answer in time', remedy: network },
  UND_ERR_CONNECT_TIMEOUT: { cause: 'Connecting to CleverTap takes too long', remedy: network },
  UND_ERR_HEADERS_TIMEOUT: { cause: 'CleverTap does not answer in time', remedy: theirs },
  UND_ERR_BODY_TIMEOUT: { cause: "CleverTap's answers stop half-way", remedy: network },
  UND_ERR_SOCKET: { cause: 'Connections to CleverTap break', remedy: proxy },
  ECONNRESET: { cause: 'Connections to CleverTap break', remedy: proxy },
  EPIPE: { cause: 'Connections to CleverTap break', remedy: proxy },
  ECONNREFUSED: {
    cause: "Nothing listens at CleverTap's address",
    remedy: 'Check CLEVERTAP_URL. The relay retries automatically.',
  },
  ENOTFOUND: {
    cause: "CleverTap's host name does not exist",
    remedy: 'Check CLEVERTAP_REGION or CLEVERTAP_URL, and the DNS of this machine. The relay retries automatically.',
  },
  EAI_AGAIN: { cause: "CleverTap's host name cannot be looked up", remedy: `Does DNS work here? ${network}` },
  ENETUNREACH: { cause: 'This machine has no network route to CleverTap', remedy: network },
  EHOSTUNREACH: { cause: 'This machine has no network route to CleverTap', remedy: network },
  CERT_HAS_EXPIRED: { cause: "The certificate at CleverTap's address has expired", remedy: certificate },
  DEPTH_ZERO_SELF_SIGNED_CERT: { cause: "The certificate at CleverTap's address is not trusted", remedy: certificate },
  SELF_SIGNED_CERT_IN_CHAIN: { cause: "The certificate at CleverTap's address is not trusted", remedy: certificate },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    cause: "The certificate at CleverTap's address is for another host",
    remedy: certificate,
  },
  'not the documented JSON': {
    cause: 'The answer does not come from CleverTap, or is not as documented',
    remedy: proxy,
  },
  'answer too large': { cause: 'The answer does not come from CleverTap, or is not as documented', remedy: proxy },
  'counts that do not add up': { cause: 'CleverTap answers, but its counts do not add up', remedy: theirs },
}

const ofStatus = (reason: string): HealthCause | undefined => {
  const status = Number(/^HTTP (\d{3})$/.exec(reason)?.[1])
  if (Number.isNaN(status)) return undefined
  if (status >= 500) return { cause: `CleverTap answers with errors (${reason})`, remedy: theirs }
  if (status >= 300 && status < 400)
    return {
      cause: `CleverTap's address redirects (${reason}), and the relay follows no redirect`,
      remedy: 'Check CLEVERTAP_REGION or CLEVERTAP_URL. The relay retries automatically.',
    }
  return { cause: `CleverTap refuses requests (${reason})`, remedy: `Is CLEVERTAP_URL right? ${theirs}` }
}

const ofProxy = (reason: string): HealthCause | undefined => {
  const [, why] = /^proxy (.+)$/.exec(reason) ?? []
  return why === undefined
    ? undefined
    : {
        cause: `The proxy that HTTPS_PROXY names ${why.startsWith('HTTP') ? 'refuses' : 'cannot be reached'} (${why})`,
        remedy:
          'Check HTTPS_PROXY, with user and password if the proxy needs them, and whether the proxy allows CleverTap. NO_PROXY lists hosts that bypass the proxy.',
      }
}

/** Explains the state of an account's uploads; null while uploads work. */
export const explainHealth = (state: UploadMode, reason: string | null): HealthCause | null => {
  if (state === 'ok') return null
  if (state === 'throttled')
    return {
      cause: `CleverTap asked the relay to wait (HTTP 429${reason === null ? '' : `, ${reason}`})`,
      remedy: 'Nothing is lost: the relay waits, at most PUSHFERRY_RETRY_MAX_MS, and then probes with one request.',
    }
  if (state === 'suspended')
    return {
      cause: `CleverTap refuses the credentials (${/HTTP \d+/.exec(reason ?? '')?.[0] ?? 'HTTP 401'})`,
      remedy:
        'Compare CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE and CLEVERTAP_REGION with the dashboard (the first two are easily swapped), or run pushferry check to see which is wrong; then restart the relay. Nothing is lost.',
    }
  if (reason === null) return { cause: 'Requests to CleverTap fail', remedy: theirs }
  return (
    causes[reason] ??
    ofStatus(reason) ??
    ofProxy(reason) ?? { cause: `Requests to CleverTap fail (${reason})`, remedy: network }
  )
}
