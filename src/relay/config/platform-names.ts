/*
 * Kubernetes describes each Service of a namespace in the environment of its containers, and Docker each linked container,
 * by names that begin with the Service's own. For one that is called pushferry, or pushferry-db, they begin with PUSHFERRY_
 * (kubernetes.io/docs/tutorials/services/connect-applications-service, docs.docker.com/engine/network/links).
 */

const byName =
  /^PUSHFERRY_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR|START|END))?|ENV_\w+)$/
const byValue: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^PUSHFERRY_(\w+_)?PORT$/, /^(tcp|udp|sctp):\/\//],
  [/^PUSHFERRY_(\w+_)?NAME$/, /^\/[\w.-]+\/[\w.-]+$/],
]

/** Whether a platform has made this variable, so that it says nothing to the relay. */
export const isOfPlatform = (name: string, value: string): boolean =>
  byName.test(name) || byValue.some(([names, values]) => names.test(name) && values.test(value))
