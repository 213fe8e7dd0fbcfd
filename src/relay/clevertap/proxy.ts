import { EnvHttpProxyAgent } from 'undici'

/** How requests leave this network. Secret, because the URL may hold user and password. */
export interface EgressProxy {
  url: string
  /** Hosts that are reached without it, as NO_PROXY lists them. */
  noProxy: string
}

/** Connections to one origin, through the proxy unless NO_PROXY names its host. */
export const openProxied = (
  { url, noProxy }: EgressProxy,
  options: Omit<EnvHttpProxyAgent.Options, 'httpProxy' | 'httpsProxy' | 'noProxy'>,
): EnvHttpProxyAgent => new EnvHttpProxyAgent({ ...options, httpProxy: '', httpsProxy: url, noProxy })
