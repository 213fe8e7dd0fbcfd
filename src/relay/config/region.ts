/** The regions of CleverTap's documentation (developer.clevertap.com/docs/common-api-components). Others are accepted as well. */
export const regions = ['eu1', 'in1', 'sg1', 'us1', 'aps3', 'mec1'] as const

/** Parent domain of every region's API. The bare name is the default region. */
const apiHost = 'api.clevertap.com'

/** The origin of a region's API. */
export const regionOrigin = (region: string): string => `https://${region}.${apiHost}`

/** Whether an origin is CleverTap's own API, not a simulator, a gateway or another host that CLEVERTAP_URL names. */
export const isClevertapOrigin = (origin: string): boolean => {
  const { hostname } = new URL(origin)
  return hostname === apiHost || hostname.endsWith(`.${apiHost}`)
}
