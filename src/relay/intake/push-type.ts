import { fcmHosts } from '../../wire/push-service.ts'
import type { TokenType } from '../../wire/record.ts'
import type { WebType } from '../config/types.ts'

const fits = (host: string, { host: pattern }: WebType): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern

/**
 * The token type for a push service, by the host of its endpoint (lower case, with the port if there is one). The
 * operator's mapping comes first, an exact host before a suffix; then Google's hosts, which are `chrome`. Undefined: the
 * relay does not accept this push service.
 */
export const typeOfHost = (host: string, webTypes: readonly WebType[]): TokenType | undefined => {
  const configured = webTypes.find((one) => one.host === host) ?? webTypes.find((one) => fits(host, one))
  return configured?.type ?? (fcmHosts.includes(host) ? 'chrome' : undefined)
}
