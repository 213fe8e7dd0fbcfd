import { fcmHosts } from '../../wire/push-service.ts'
import type { TokenType } from '../../wire/record.ts'
import type { WebType } from '../config/types.ts'

const fits = (host: string, { host: pattern }: WebType): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern

/**
 * The type that tokens of a push service are uploaded as, told by the endpoint's host (lower case, with its port if it
 * names one). What the operator configured comes first, an exact host before a suffix; then Google's hosts, which are
 * `chrome`. Undefined: this push service is not accepted.
 */
export const typeOfHost = (host: string, webTypes: readonly WebType[]): TokenType | undefined => {
  const configured = webTypes.find((one) => one.host === host) ?? webTypes.find((one) => fits(host, one))
  return configured?.type ?? (fcmHosts.includes(host) ? 'chrome' : undefined)
}
