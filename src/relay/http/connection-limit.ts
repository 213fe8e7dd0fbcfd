import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readAddress, subscriberOf, type Trust } from './client-address.ts'

/**
 * Limits the connections of one address, so that idle ones cannot use up the file descriptors. Above the limit the relay closes
 * the address's oldest connection without a request in progress, so that visitors who share an address notice nothing. If all
 * are busy, the relay closes the new one.
 *
 * @param limit 0 for no limit.
 * @param isTrusted peers without a limit: proxies, which carry the connections of many clients.
 */
export const limitConnections = (server: Server, limit: number, isTrusted: Trust): void => {
  if (limit === 0) return
  const byAddress = new Map<string, Set<Socket>>()
  const busy = new WeakSet<Socket>()
  server.on('connection', (socket: Socket) => {
    if (isTrusted(socket.remoteAddress)) return
    const address = subscriberOf(readAddress(socket.remoteAddress))
    const sockets = byAddress.get(address) ?? new Set()
    if (sockets.size >= limit) {
      const idle = [...sockets].find((one) => !busy.has(one))
      ;(idle ?? socket).destroy()
      if (!idle) return
      sockets.delete(idle)
    }
    sockets.add(socket)
    byAddress.set(address, sockets)
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0 && byAddress.get(address) === sockets) byAddress.delete(address)
    })
  })
  server.on('request', ({ socket }, response) => {
    busy.add(socket)
    response.once('close', () => busy.delete(socket))
  })
}
