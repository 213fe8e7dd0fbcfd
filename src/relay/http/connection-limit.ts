import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readAddress, subscriberOf, type Trust } from './client-address.ts'

/**
 * Limits the connections of one address, so that nobody's idle ones take the last file descriptor. Beyond the limit the
 * oldest connection of that address without a request in progress is closed for the new one, so that many visitors behind one
 * address notice nothing; where all are busy, the new one is closed.
 *
 * @param limit 0 is no limit.
 * @param isTrusted peers that have no limit: proxies, whose connections are those of many.
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
