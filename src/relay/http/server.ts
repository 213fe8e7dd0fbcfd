import Fastify, { type FastifyInstance } from 'fastify'
import { maxBrowserBodyBytes } from '../../wire/limits.ts'
import { createRegistrationKeys } from '../keys/registration-key.ts'
import { createRefusalLog } from '../operations/refusal-log.ts'
import { createBackendGuard } from './backend-guard.ts'
import { createBrowserGuard } from './browser-guard.ts'
import { createBrowserLimits } from './browser-limits.ts'
import { createTrust, type Trust } from './client-address.ts'
import { commonHeaders, documentHeaders } from './common-headers.ts'
import { limitConnections } from './connection-limit.ts'
import { answerExpectations } from './expect-continue.ts'
import { addForwarded } from './forwarded.ts'
import { addJsonBody } from './json-body.ts'
import { defaultTimeouts, maxHeaderBytes, maxHeaders, maxSegmentLength, type ServerTimeouts } from './limits.ts'
import { addOpenApi } from './openapi.ts'
import type { ServerParts } from './parts.ts'
import { createProver } from './proof.ts'
import { refusalOf } from './refusal.ts'
import { createRefuse, type Refuse } from './refuse.ts'
import { createRequestIds } from './request-id.ts'
import { addErase } from './routes/erase.ts'
import { addHealth } from './routes/health.ts'
import { addOpenApiJson } from './routes/openapi-json.ts'
import { addPageConfig } from './routes/page-config.ts'
import { addRegister } from './routes/register.ts'
import { addScripts } from './routes/scripts.ts'
import { addTokenStatus } from './routes/token-status.ts'
import { addUpload } from './routes/upload.ts'
import { addWithdraw } from './routes/withdraw.ts'
import type { Scope } from './scope.ts'
import { answerSocketError } from './socket-errors.ts'
import { createUnknownRoute } from './unknown-route.ts'

const createScope = (app: FastifyInstance, parts: ServerParts, refuse: Refuse, isTrusted: Trust): Scope => {
  const { config, store, log, now = Date.now, monotonic = () => performance.now() } = parts
  const registrationKeys = createRegistrationKeys(async () => config.secret ?? store.secret('registration'))
  return {
    config,
    store,
    log,
    refuse,
    browsers: createBrowserGuard(app, config.accounts, refuse, isTrusted),
    backends: createBackendGuard(app, config.accounts, refuse),
    prover: createProver(config.accounts, registrationKeys, now),
    registrationKeys,
    limits: createBrowserLimits(config.rateLimit, monotonic),
    onIntake: parts.onIntake ?? (() => {}),
  }
}

const timeoutsOf = ({ config, timeouts }: ServerParts): ServerTimeouts =>
  timeouts ?? { ...defaultTimeouts, idleMs: config.keepAliveMs }

const createApp = (parts: ServerParts, isTrusted: Trust, refuse: Refuse): FastifyInstance => {
  const { random = Math.random } = parts
  const timeouts = timeoutsOf(parts)
  const app = Fastify({
    // Fastify's own logger writes a line for each request, which costs more than parsing and storing it.
    logger: false,
    genReqId: createRequestIds(),
    requestIdHeader: false,
    trustProxy: parts.config.trustProxy.length > 0 && isTrusted,
    bodyLimit: maxBrowserBodyBytes,
    routerOptions: { maxParamLength: maxSegmentLength, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    requestTimeout: timeouts.requestMs,
    // Not less than the default, because a request may wait for the store longer than an idle connection is kept.
    connectionTimeout: Math.max(timeouts.idleMs, defaultTimeouts.idleMs),
    keepAliveTimeout: timeouts.idleMs,
    // A request that arrives while the server closes is served, and its connection is closed afterwards.
    return503OnClosing: false,
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkMs,
    },
    clientErrorHandler: answerSocketError,
    frameworkErrors: (error, request, reply) => {
      reply.headers(documentHeaders).header('x-request-id', request.id) // no hook runs here
      refuse(request, reply, refusalOf(error, random))
    },
  })
  app.server.maxHeadersCount = maxHeaders
  return app
}

/** Cuts the connections that are open `drainMs` after the server began to close, because Node then enforces no time limits. */
const cutSlowOnes = (app: FastifyInstance, { drainMs }: ServerTimeouts): void => {
  let timer: NodeJS.Timeout | undefined
  app.addHook('preClose', (done) => {
    timer = setTimeout(() => app.server.closeAllConnections(), drainMs)
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearTimeout(timer)
    done()
  })
}

/**
 * Makes the relay's HTTP server, which does not listen yet: call `await app.listen({ host, port })`. `app.close()` waits for the
 * requests in flight, `drainMs` at most. It does not close the store; the caller does.
 */
export const createServer = (parts: ServerParts): FastifyInstance => {
  const { config, version, random = Math.random, routes = [] } = parts
  const refusals = createRefusalLog(parts.log)
  const refuse = createRefuse(refusals)
  const isTrusted = createTrust(config.trustProxy)
  const app = createApp(parts, isTrusted, refuse)
  limitConnections(app.server, config.connectionsPerAddress, isTrusted)
  answerExpectations(app.server)
  const scope = createScope(app, parts, refuse, isTrusted)
  const unknownRoute = createUnknownRoute(app)

  app.addHook('onClose', (_app, done) => {
    refusals.stop()
    done()
  })
  cutSlowOnes(app, timeoutsOf(parts))
  if (config.trustProxy.length > 0) addForwarded(app, isTrusted)
  addJsonBody(app)
  app.setValidatorCompiler(() => () => true) // see schemas.ts
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.method === 'GET' || request.method === 'HEAD' ? documentHeaders : commonHeaders)
    reply.header('x-request-id', request.id)
    if (request.is404) refuse(request, reply, unknownRoute(request))
    else done()
  })
  app.setErrorHandler((error, request, reply) => refuse(request, reply, refusalOf(error, random)))
  app.setNotFoundHandler((request, reply) => refuse(request, reply, unknownRoute(request)))

  addOpenApi(app, version)
  app.register(async (root) => {
    addRegister(root, scope)
    addWithdraw(root, scope)
    addPageConfig(root, scope)
    addUpload(root, scope)
    addTokenStatus(root, scope)
    addErase(root, scope)
    addHealth(root, parts)
    const folder = parts.browserFiles ?? new URL('../../../dist/browser/', import.meta.url)
    addScripts(root, { folder, version, refuse })
    addOpenApiJson(root)
    for (const add of routes) add(root)
  })
  return app
}
