/*
 * Kubernetes sets environment variables for each Service of a namespace, and Docker for each linked container. Their names
 * begin with the name of the Service: with PUSHFERRY_ for one called pushferry or pushferry-db
 * (kubernetes.io/docs/tutorials/services/connect-applications-service, docs.docker.com/engine/network/links).
 */

const byName =
  /^PUSHFERRY_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR|START|END|PORT_START|PORT_END))?|ENV_\w+)$/
const byValue: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^PUSHFERRY_(\w+_)?PORT$/, /^(tcp|udp|sctp):\/\//],
  [/^PUSHFERRY_(\w+_)?NAME$/, /^\/[\w.-]+\/[\w.-]+$/],
]

/** Whether Kubernetes or Docker set this variable, so that it is not a setting. */
export const isOfPlatform = (name: string, value: string): boolean =>
  byName.test(name) || byValue.some(([names, values]) => names.test(name) && values.test(value))
