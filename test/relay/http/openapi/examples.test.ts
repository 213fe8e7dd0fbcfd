import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Example } from '../../../../src/relay/http/openapi/example.ts'
import { exampleOrigin, examples } from '../../../../src/relay/http/openapi/examples.ts'
import { operations } from '../../../../src/relay/http/openapi/operations.ts'
import { createRelay } from '../../../../src/relay/relay.ts'
import { relayProblems } from '../../../../src/wire/problem.ts'
import { memoryFolder } from '../../../support/temporary-folder.ts'
import { createCaller } from '../running-server.ts'
import { createChecks, type Description, faultsOf, routesOf } from './described.ts'

/** A relay that uploads nothing: what comes in stays queued, as the examples say. */
const startRelay = async () => {
  const folder = memoryFolder()
  const relay = createRelay({
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    env: {
      CLEVERTAP_ACCOUNT_ID: 'TEST-123-4567',
      CLEVERTAP_PASSCODE: 'passcode',
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
      PUSHFERRY_ORIGINS: exampleOrigin,
      PUSHFERRY_API_KEYS: 'shop:backend-key',
      PUSHFERRY_ADMIN_KEY: 'admin-key',
      PUSHFERRY_FLUSH_MS: '60m',
      PUSHFERRY_PORT: '0',
    },
  })
  const { url } = await relay.start()
  const stop = async (): Promise<void> => {
    await relay.stop()
    folder.remove()
  }
  return { url, stop, document: relay.server.swagger() as unknown as Description }
}

const authorization: Readonly<Record<string, string>> = {
  apiKey: 'Bearer backend-key',
  passcode: 'Bearer backend-key',
  adminKey: 'Bearer admin-key',
}

/** What of an example is not in an answer, or of another type; each as the way to it. Of a list the first is compared. */
const missingFrom = (answer: unknown, example: unknown, way = ''): string[] => {
  if (example === null || answer === null) return []
  if (typeof answer !== typeof example || Array.isArray(answer) !== Array.isArray(example)) return [way]
  if (Array.isArray(example) && Array.isArray(answer))
    return example.length === 0 || answer.length === 0 ? [] : missingFrom(answer[0], example[0], `${way}[0]`)
  if (typeof example !== 'object') return []
  return Object.entries(example).flatMap(([name, value]) =>
    missingFrom((answer as Record<string, unknown>)[name], value, `${way}.${name}`),
  )
}

describe('the description', () => {
  let relay: Awaited<ReturnType<typeof startRelay>>
  beforeAll(async () => {
    relay = await startRelay()
    return relay.stop
  })

  /** The registration key that the relay handed out, for examples that need it. */
  const send = async (example: Example, key: string | undefined, call: ReturnType<typeof createCaller>) => {
    const [method = '', pattern = ''] = example.operation.split(' ')
    const route = relay.document.paths[pattern]?.[method]
    const path = Object.entries(example.path ?? {}).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
      pattern,
    )
    const [scheme = ''] = Object.keys(route?.security?.find((one) => Object.keys(one).length > 0) ?? {})
    const answer = await call(`${path}?${new URLSearchParams(example.query)}`, {
      method: method.toUpperCase(),
      headers: {
        ...(authorization[scheme] ? { authorization: authorization[scheme] } : {}),
        ...(scheme === 'registrationKey' && key !== undefined && example.name === 'known'
          ? { 'x-pushferry-key': key }
          : {}),
        ...(route?.tags?.includes('browsers') ? { origin: exampleOrigin } : {}),
        ...Object.fromEntries(
          Object.entries(example.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
        ),
      },
      ...(example.body === undefined ? {} : { body: example.body }),
    })
    return { route, answer }
  }

  it('has examples that hold: each one sent to a relay is answered as it says', async () => {
    const call = createCaller(relay.url)
    const checkOf = createChecks(relay.document)
    let key: string | undefined
    for (const example of examples) {
      const { route, answer } = await send(example, key, call)
      const name = `${example.operation} ${example.name}`
      expect(answer.status, name).toBe(example.status)
      expect(route && faultsOf(route, answer, checkOf), name).toEqual([])
      if (example.answer === undefined) expect(answer.text, name).toBe('')
      else if (example.varies) expect(missingFrom(answer.json, example.answer), name).toEqual([])
      else if (typeof example.answer === 'string')
        expect(answer.text.startsWith(example.answer.replace(/…$/, '')), name).toBe(true)
      else {
        const { registrationKey, receivedAt, ...rest } = answer.json as Record<string, unknown>
        const {
          registrationKey: exampleKey,
          receivedAt: exampleTime,
          ...expected
        } = example.answer as Record<string, unknown>
        expect(rest, name).toEqual(expected)
        expect([typeof registrationKey, typeof receivedAt], name).toEqual([typeof exampleKey, typeof exampleTime])
        if (typeof registrationKey === 'string') key = registrationKey
      }
    }
  })

  it('has examples that fit its own schemas, and shows every one of them', () => {
    const checkOf = createChecks(relay.document)
    const shown = new Set<string>()
    for (const [operation, route] of routesOf(relay.document)) {
      const media = [
        ...Object.values(route.requestBody?.content ?? {}),
        ...Object.values(route.responses).flatMap(({ content }) => Object.values(content ?? {})),
      ]
      for (const { schema, examples: of = {} } of media)
        for (const [name, { value }] of Object.entries(of)) {
          shown.add(`${operation} ${name}`)
          expect(schema && checkOf(schema)(value), `${operation} ${name}`).toEqual([])
        }
      for (const { examples: of = {} } of route.parameters ?? [])
        for (const name of Object.keys(of)) shown.add(`${operation} ${name}`)
    }
    expect(examples.map(({ operation, name }) => `${operation} ${name}`).filter((name) => !shown.has(name))).toEqual([])
  })

  it('has an example of every route but of files, and of every refusal that one relay can be brought to', () => {
    const named = new Set(examples.map(({ operation }) => operation))
    const files = /\.(js|css|svg)$/
    expect(Object.keys(operations).filter((name) => !named.has(name) && !files.test(name))).toEqual([])
    const codes = new Set(examples.map(({ answer }) => Object(answer).code))
    // Those need a setting of their own, a body of megabytes, a flood, or a store that is gone.
    const others = ['ticket_required', 'ticket_invalid', 'payload_too_large', 'too_many_requests', 'unavailable']
    const ofRoutes = Object.values(operations).flatMap(({ refusals = {} }) => Object.values(refusals).flat())
    expect(ofRoutes.filter((code) => !codes.has(code) && !others.includes(code))).toEqual([])
  })

  it('names every route once, with a summary, a known tag, and who may call it', () => {
    const routes = routesOf(relay.document)
    expect(routes.map(([name]) => name).sort()).toEqual(Object.keys(operations).sort())
    const ids = routes.map(([, { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const schemes = Object.keys(relay.document.components.securitySchemes ?? {})
    for (const [name, { summary, tags, security, operationId }] of routes) {
      expect(operationId, name).toMatch(/^[a-z]+[A-Z]\w+$/)
      expect(summary, name).toMatch(/^[A-Z].*[^.]$/)
      expect(
        relay.document.tags.map((tag) => tag.name),
        name,
      ).toContain(tags?.[0])
      expect(security, name).toBeDefined()
      for (const one of security ?? []) for (const scheme of Object.keys(one)) expect(schemes, name).toContain(scheme)
    }
  })

  it('says for every refusal which codes it can be, each of that status', () => {
    for (const [name, { responses }] of routesOf(relay.document)) {
      const statuses = Object.entries(responses)
        .filter(([, { content }]) => content?.['application/problem+json'])
        .map(([status]) => Number(status))
      const refusals = operations[name]?.refusals ?? {}
      expect(Object.keys(refusals).map(Number).sort(), name).toEqual(statuses.sort())
      for (const [status, codes] of Object.entries(refusals))
        for (const code of codes) expect(relayProblems[code], `${name} ${code}`).toBe(Number(status))
    }
  })

  it('is valid OpenAPI 3.1 by the schema of that standard, whose references all lead somewhere', async () => {
    const validator = new Validator()
    const document = JSON.parse(JSON.stringify(relay.document))
    expect(await validator.validate(document)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    expect(() => validator.resolveRefs()).not.toThrow()
  })

  it('refers to nothing that is not there, and names its version and its path parameters', () => {
    const text = JSON.stringify(relay.document)
    for (const [, kind = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g))
      expect(relay.document.components[kind], `${kind} ${name}`).toHaveProperty(name)
    expect(relay.document.openapi).toBe('3.1.0')
    for (const [name, { parameters = [] }] of routesOf(relay.document)) {
      const placed = parameters.flatMap((one) => (one.in === 'path' ? [one.name] : []))
      expect(placed, name).toEqual([...name.matchAll(/\{(\w+)\}/g)].map(([, segment]) => segment))
    }
  })

  it('is what GET /openapi.json answers', async () => {
    const answer = await createCaller(relay.url)('/openapi.json')
    expect(answer.json).toEqual(JSON.parse(JSON.stringify(relay.document)))
  })
})
