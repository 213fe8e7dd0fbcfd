import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './fault.ts'
import { readFault } from './read-fault.ts'
import { isJsonType, readBody } from './read-upload.ts'
import type { Simulator } from './simulator.ts'

/** State that the control routes read and change. */
export interface Controls {
  simulator: Simulator
  pendingFaults: () => readonly Fault[]
}

type Reply = { status: number; body?: object; headers?: Record<string, string> }

const refuse = (status: number, error: string, headers: Record<string, string> = {}): Reply => ({
  status,
  body: { error },
  headers,
})

const readJson = async (
  request: IncomingMessage,
): Promise<{ ok: true; value: unknown } | { ok: false; reply: Reply }> => {
  const body = await readBody(request)
  // Requiring this type forces a CORS preflight, so that no page of another origin can post here.
  if (!isJsonType(request.headers['content-type']))
    return { ok: false, reply: refuse(415, 'Content-Type must be application/json') }
  try {
    return { ok: true, value: JSON.parse(String(body)) }
  } catch {
    return { ok: false, reply: refuse(400, 'the body is not JSON') }
  }
}

const addFaults = async (request: IncomingMessage, { simulator, pendingFaults }: Controls): Promise<Reply> => {
  const read = await readJson(request)
  if (!read.ok) return read.reply
  const faults: Fault[] = []
  for (const one of Array.isArray(read.value) ? read.value : [read.value]) {
    const fault = readFault(one)
    if (!fault.ok) return refuse(400, fault.message)
    faults.push(fault.fault)
  }
  simulator.fail(...faults)
  return { status: 201, body: { faults: pendingFaults() } }
}

const addProfiles = async (request: IncomingMessage, { simulator }: Controls): Promise<Reply> => {
  const read = await readJson(request)
  if (!read.ok) return read.reply
  const { value } = read
  const objectIds = typeof value === 'object' && value !== null && 'objectIds' in value ? value.objectIds : undefined
  if (!Array.isArray(objectIds) || !objectIds.every((one) => typeof one === 'string'))
    return refuse(400, 'the body must be {"objectIds": ["…"]}')
  simulator.addProfiles(...objectIds)
  return { status: 204 }
}

type Route = Readonly<Record<string, (request: IncomingMessage, controls: Controls) => Reply | Promise<Reply>>>

const routes: Readonly<Record<string, Route>> = {
  '/_sim': {
    GET: (_, { simulator: { counts, inFlight, accountId } }) => ({
      status: 200,
      body: { accountId, inFlight, counts },
    }),
    DELETE: (_, { simulator }) => {
      simulator.clear()
      return { status: 204 }
    },
  },
  '/_sim/received': {
    GET: (_, { simulator }) => ({ status: 200, body: { counts: simulator.counts, calls: simulator.received() } }),
  },
  '/_sim/profiles': {
    GET: (_, { simulator }) => ({ status: 200, body: { profiles: [...simulator.profiles.values()] } }),
    POST: addProfiles,
  },
  '/_sim/errors': { GET: (_, { simulator }) => ({ status: 200, body: { errors: simulator.errors } }) },
  '/_sim/faults': {
    GET: (_, { pendingFaults }) => ({ status: 200, body: { faults: pendingFaults() } }),
    POST: addFaults,
    DELETE: (_, { simulator }) => {
      simulator.clearFaults()
      return { status: 204 }
    },
  },
}

const reply = (path: string, request: IncomingMessage, controls: Controls): Reply | Promise<Reply> => {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (!route) return refuse(404, `no such route; the routes are ${Object.keys(routes).join(', ')}`)
  const allowed = Object.keys(route)
  const act = allowed.includes(request.method ?? '') ? route[request.method ?? ''] : undefined
  return act?.(request, controls) ?? refuse(405, `allowed: ${allowed.join(', ')}`, { Allow: allowed.join(', ') })
}

/**
 * Serves `/_sim` and the routes below it. They need no credentials, and their answers contain whole tokens, because the
 * simulator has only what a developer sent it. Pages of other origins cannot read them, because no answer has CORS headers.
 */
export const control = async (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  controls: Controls,
): Promise<void> => {
  const { status, body, headers = {} } = await reply(path, request, controls)
  request.resume()
  response.writeHead(status, { ...headers, ...(body && { 'Content-Type': 'application/json' }) })
  response.end(body && `${JSON.stringify(body)}\n`)
}
