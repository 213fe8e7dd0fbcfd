import * as api from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { findTelemetry } from '../../../src/relay/operations/telemetry.ts'
import { createRelay } from '../../../src/relay/relay.ts'
import { startSimulator } from '../../../src/simulator/index.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

interface Recorded {
  name: string
  kind: api.SpanKind | undefined
  attributes: api.Attributes
  context: api.SpanContext
  parent: string | undefined
  failed: boolean
  ends: number
}

/** As much of an SDK as the relay can meet: a provider that writes spans down, and a propagator of W3C's header. */
const registerSdk = (): Recorded[] => {
  const spans: Recorded[] = []
  const startSpan: api.Tracer['startSpan'] = (name, options = {}, parent = api.ROOT_CONTEXT) => {
    const from = api.trace.getSpanContext(parent)
    const number = String(spans.length + 1)
    const recorded: Recorded = {
      name,
      kind: options.kind,
      attributes: { ...options.attributes },
      context: { traceId: from?.traceId ?? number.padStart(32, 'a'), spanId: number.padStart(16, 'b'), traceFlags: 1 },
      parent: from?.spanId,
      failed: false,
      ends: 0,
    }
    spans.push(recorded)
    const span = Object.create(api.trace.wrapSpanContext(recorded.context)) as api.Span // with all other methods
    return Object.assign(span, {
      setAttribute: (key: string, value: api.AttributeValue) => {
        recorded.attributes[key] = value
        return span
      },
      setStatus: ({ code }: api.SpanStatus) => {
        recorded.failed = code === api.SpanStatusCode.ERROR
        return span
      },
      end: () => {
        recorded.ends++
      },
    })
  }
  api.trace.setGlobalTracerProvider({
    getTracer: () => ({ startSpan, startActiveSpan: () => expect.fail('not used') }),
  })
  api.propagation.setGlobalPropagator({
    inject: () => {},
    fields: () => ['traceparent'],
    extract: (context, headers) => {
      const [, traceId, spanId] = /^00-(\w+)-(\w+)-01$/.exec(Object(headers).traceparent ?? '') ?? []
      return traceId && spanId ? api.trace.setSpanContext(context, { traceId, spanId, traceFlags: 1 }) : context
    },
  })
  return spans
}

/** A relay in front of a simulated CleverTap, its log, and a token that has gone through. */
const sendOneToken = async (headers: Record<string, string>) => {
  const clevertap = await startSimulator()
  const folder = memoryFolder()
  const lines: { event: string; traceId?: unknown }[] = []
  const write = (event: string, fields = {}) => void lines.push({ event, ...fields })
  const relay = createRelay({
    log: { debug: write, info: write, warn: write, error: write },
    env: {
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
      CLEVERTAP_URL: clevertap.url,
      PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
      PUSHFERRY_API_KEYS: 'shop:backend-key',
      PUSHFERRY_FLUSH_MS: '0',
      PUSHFERRY_PORT: '0',
    },
  })
  const { url } = await relay.start()
  const send = (body: string) =>
    fetch(`${url}/1/upload`, {
      method: 'POST',
      headers: { authorization: 'Bearer backend-key', 'content-type': 'application/json', ...headers },
      body,
    })
  await send(JSON.stringify({ type: 'token', tokenData: { id: 't', type: 'fcm' }, objectId: '__a' }))
  await clevertap.until(({ counts }) => counts.accepted === 1)
  await (await fetch(`${url}/healthz`)).text()
  await relay.stop()
  const call = clevertap.received().find(({ dryRun }) => !dryRun)
  await clevertap.stop()
  folder.remove()
  return {
    upload: call?.headers.traceparent,
    traceOf: (name: string) => lines.find((one) => one.event === name)?.traceId,
  }
}

afterEach(() => {
  api.trace.disable()
  api.propagation.disable()
})

describe('OpenTelemetry', () => {
  it('is left alone where its package is not installed, or where no provider is registered', () => {
    expect(findTelemetry(() => undefined)).toBeUndefined()
    expect(findTelemetry()).toBeUndefined()
  })

  it("gets a span of each intake call, in the caller's trace, and one of each upload, whose trace CleverTap is told", async () => {
    const spans = registerSdk()
    const { upload, traceOf } = await sendOneToken({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })
    expect(spans).toHaveLength(2)
    const [intake, sent] = spans
    expect(intake).toMatchObject({
      name: 'POST /1/upload',
      kind: api.SpanKind.SERVER,
      attributes: { 'http.route': '/1/upload', 'http.response.status_code': 200 },
      context: { traceId: trace },
      parent: '00f067aa0ba902b7',
      failed: false,
      ends: 1,
    })
    expect(sent).toMatchObject({
      kind: api.SpanKind.CLIENT,
      attributes: { 'pushferry.records': 1, 'pushferry.verdict': 'judged' },
      parent: undefined,
      failed: false,
      ends: 1,
    })
    expect(upload).toBe(`00-${sent?.context.traceId}-${sent?.context.spanId}-01`)
    expect(traceOf('intake')).toBe(trace)
    expect(traceOf('upload')).toBe(sent?.context.traceId)
  })

  it('begins a trace where the caller has none, and the log names it', async () => {
    const [spans, { traceOf }] = [registerSdk(), await sendOneToken({})]
    expect(spans).toHaveLength(2)
    expect(traceOf('intake')).toBe(spans[0]?.context.traceId)
  })

  it.each([
    ['a failed upload', 'failed', true],
    ['one that waited and was not made, which is no failure', 'unsent', false],
  ])('gets a span for %s', async (_, kind, failed) => {
    const [span, telemetry] = [registerSdk(), findTelemetry()]
    await telemetry?.uploadsOf('TEST')(3, async () => ({ verdict: { kind } }))
    expect(span[0]).toMatchObject({
      attributes: { 'pushferry.account': 'TEST', 'pushferry.records': 3, 'pushferry.verdict': kind },
      failed,
      ends: 1,
    })
  })
})
