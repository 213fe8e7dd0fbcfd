import { EnvHttpProxyAgent } from 'undici'

/** The proxy for outgoing requests. Secret, because the URL may contain a user name and password. */
export interface EgressProxy {
  url: string
  /** Hosts that bypass the proxy, in the format of NO_PROXY. */
  noProxy: string
}

/** Opens connections through the proxy, except to hosts that NO_PROXY names. */
export const openProxied = (
  { url, noProxy }: EgressProxy,
  options: Omit<EnvHttpProxyAgent.Options, 'httpProxy' | 'httpsProxy' | 'noProxy'>,
): EnvHttpProxyAgent => new EnvHttpProxyAgent({ ...options, httpProxy: '', httpsProxy: url, noProxy })
