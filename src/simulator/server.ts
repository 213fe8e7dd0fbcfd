import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createConditions } from './conditions.ts'
import { control } from './control.ts'
import { createFaultQueue } from './fault-queue.ts'
import { createCallHandler } from './handle-call.ts'
import { createLedger } from './ledger.ts'
import { resolveOptions } from './options.ts'
import { readFault } from './read-fault.ts'
import type { Simulator, SimulatorOptions } from './simulator.ts'

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

/** The origin for callers on this machine, also when the simulator listens on every address. */
const originOf = ({ address, port }: AddressInfo): string => {
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/**
 * Starts a strict local CleverTap, on a loopback port by default. It uses only `node:http`.
 *
 * Answers `POST /1/upload` and `GET /1/profile.json?objectId=` as CleverTap documents them, and has control routes below
 * `/_sim`. Resolves when it listens.
 *
 * @throws TypeError (as a rejection) for an unknown option or value; the system's error when the port is taken.
 */
export const startSimulator = async (given: SimulatorOptions = {}): Promise<Simulator> => {
  const options = resolveOptions(given)
  const ledger = createLedger(options)
  const faults = createFaultQueue()
  const conditions = createConditions()
  const calls = createCallHandler({ options, ledger, faults }, conditions.check)

  // Longer than callers keep idle connections, so that none is closed just when a caller reuses it.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? ''
    const served =
      path === '/_sim' || path.startsWith('/_sim/')
        ? control(path, request, response, { simulator, pendingFaults: faults.pending })
        : calls.handle(request, response)
    // Rejects only when the connection breaks; the call is recorded with status null.
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
    until: (condition, timeoutMs = 120_000) => conditions.until(simulator, condition, timeoutMs),
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
