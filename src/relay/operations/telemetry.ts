import { createRequire } from 'node:module'
import type * as OpenTelemetry from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { beginTrace, type InTrace } from './trace.ts'

/** OpenTelemetry spans for intake calls and upload requests, if the operator uses OpenTelemetry. */
export interface Telemetry {
  /** Makes a span for each intake call, in the caller's trace, from request to answer. Call it before `ready`. */
  addTo(server: FastifyInstance): void
  /** Wraps each upload request of an account in a span and passes its trace on. */
  uploadsOf(account: string): InTrace
}

/** Verdicts that are not failures. `unsent` is a queued request that will be sent later. */
const good: readonly string[] = ['judged', 'unsent']

const intakeRoutes: readonly unknown[] = ['/1/upload', '/v1/subscriptions']

/** The API package of the operator's installation; undefined where it is not installed. */
const loadApi = (): typeof OpenTelemetry | undefined => {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as typeof OpenTelemetry // the package's type
  } catch {
    return undefined
  }
}

/**
 * The tracer of the registered provider; undefined where none is registered, so that nothing is slowed down. The provider
 * may come from another copy of the API (the package has one for `import` and one for `require`), so its class proves
 * nothing.
 */
const tracerOf = ({ trace }: typeof OpenTelemetry): OpenTelemetry.Tracer | undefined => {
  const provider: OpenTelemetry.TracerProvider & Partial<Pick<OpenTelemetry.ProxyTracerProvider, 'getDelegateTracer'>> =
    trace.getTracerProvider()
  return provider.getDelegateTracer ? provider.getDelegateTracer('pushferry') : provider.getTracer('pushferry')
}

/**
 * Detects OpenTelemetry: its API package is installed, and an SDK that was started before
 * (`node --import ./instrumentation.mjs`) has registered a tracer provider. Undefined where it is not used.
 */
export const findTelemetry = (load = loadApi): Telemetry | undefined => {
  const api = load()
  const tracer = api && tracerOf(api)
  if (!tracer) return undefined
  const { context, isSpanContextValid, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  const traceOf = (span: OpenTelemetry.Span) => {
    const of = span.spanContext()
    if (!isSpanContextValid(of)) return beginTrace()
    const flags = of.traceFlags.toString(16).padStart(2, '0')
    return { traceId: of.traceId, traceparent: `00-${of.traceId}-${of.spanId}-${flags}` }
  }

  return {
    addTo: (server) => {
      const spans = new WeakMap<FastifyRequest, OpenTelemetry.Span>()
      const end = (request: FastifyRequest, status?: number): void => {
        const span = spans.get(request)
        if (!span) return
        spans.delete(request)
        if (status !== undefined) span.setAttribute('http.response.status_code', status)
        if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }
      server.addHook('onRequest', (request, _reply, done) => {
        const { url: route } = request.routeOptions
        if (request.method === 'POST' && intakeRoutes.includes(route)) {
          const parent = propagation.extract(ROOT_CONTEXT, request.headers)
          const attributes = { 'http.request.method': 'POST', 'http.route': route, 'pushferry.request_id': request.id }
          const span = tracer.startSpan(`POST ${route}`, { kind: SpanKind.SERVER, attributes }, parent)
          spans.set(request, span)
          request.headers.traceparent = traceOf(span).traceparent // the log reads the trace id from this
        }
        done()
      })
      server.addHook('onResponse', (request, reply, done) => {
        end(request, reply.statusCode)
        done()
      })
      server.addHook('onRequestAbort', (request, done) => {
        end(request)
        done()
      })
    },
    uploadsOf: (account) => async (records, send) => {
      const attributes = { 'pushferry.account': account, 'pushferry.records': records }
      const span = tracer.startSpan('POST CleverTap /1/upload', { kind: SpanKind.CLIENT, attributes }, ROOT_CONTEXT)
      try {
        const answered = await context.with(trace.setSpan(ROOT_CONTEXT, span), () => send(traceOf(span)))
        span.setAttribute('pushferry.verdict', answered.verdict.kind)
        if (!good.includes(answered.verdict.kind)) span.setStatus({ code: SpanStatusCode.ERROR })
        return answered
      } finally {
        span.end()
      }
    },
  }
}
