import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { control } from './control.ts'
import { createFaultQueue } from './fault-queue.ts'
import { createCallHandler } from './handle-call.ts'
import { createLedger } from './ledger.ts'
import { resolveOptions } from './options.ts'
import { readFault } from './read-fault.ts'
import type { Simulator, SimulatorOptions } from './simulator.ts'
import { createWaitingRoom } from './waiting-room.ts'

const listen = (server: Server, port: number, host: string): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('not listening on a port'))
      else resolve(address)
    })
  })

/** Where callers on this machine reach it, also when it listens on every address. */
const originOf = ({ address, port }: AddressInfo): string => {
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/**
 * Starts a strict local CleverTap on a loopback port. It is `node:http` and nothing else.
 *
 * Answers `POST /1/upload` and `GET /1/profile.json?objectId=` as CleverTap documents them, and its own control routes
 * below `/_sim`. Settles when it listens.
 *
 * @throws TypeError (as a rejection) for an unknown option or value; the system's error when the port is taken.
 */
export const startSimulator = async (given: SimulatorOptions = {}): Promise<Simulator> => {
  const options = resolveOptions(given)
  const ledger = createLedger(options)
  const faults = createFaultQueue()
  const waiting = createWaitingRoom()
  const calls = createCallHandler({ options, ledger, faults }, waiting.look)

  // Longer than any caller keeps an idle connection, so that none is closed just as it is used again.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? ''
    const served =
      path === '/_sim' || path.startsWith('/_sim/')
        ? control(path, request, response, { simulator, pendingFaults: faults.pending })
        : calls.handle(request, response)
    // All that rejects is a connection that broke while it was read from or waited on; its call is recorded as such.
    served.catch(() => response.destroy())
  })
  const address = await listen(server, options.port, options.host)
  let stopped: Promise<void> | undefined

  const simulator: Simulator = {
    url: originOf(address),
    accountId: options.accountId,
    passcode: options.passcode,
    received: () => ledger.calls,
    profiles: ledger.profiles,
    errors: ledger.errors,
    counts: ledger.counts,
    get peakInFlight() {
      return ledger.counts.peakInFlight
    },
    get inFlight() {
      return calls.inFlight
    },
    fail: (...given) => {
      for (const one of given) {
        const read = readFault(one)
        if (!read.ok) throw new TypeError(read.message)
        faults.add(read.fault)
      }
    },
    clearFaults: faults.clear,
    addProfiles: (...objectIds) => ledger.addProfiles(objectIds),
    until: (condition, timeoutMs = 10_000) => waiting.until(simulator, condition, timeoutMs),
    clear: () => {
      faults.clear()
      ledger.forget(calls.inFlight)
    },
    stop: () => {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return stopped
    },
  }
  return simulator
}
