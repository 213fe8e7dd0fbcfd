import Fastify, {} from 'fastify';
import { maxBrowserBodyBytes } from '../../wire/limits.js';
import { createRegistrationKeys } from '../keys/registration-key.js';
import { createBackendGuard } from './backend-guard.js';
import { createBrowserGuard } from './browser-guard.js';
import { commonHeaders, documentHeaders } from './common-headers.js';
import { addJsonBody } from './json-body.js';
import { defaultTimeouts, maxHeaderBytes, maxHeaders, maxRateKeys, maxSegmentLength, rateWindowMs } from './limits.js';
import { addOpenApi } from './openapi.js';
import { createProver } from './proof.js';
import { createRateLimit } from './rate-limit.js';
import { refusalOf } from './refusal.js';
import { createRefuse } from './refuse.js';
import { createRequestIds } from './request-id.js';
import { addErase } from './routes/erase.js';
import { addHealth } from './routes/health.js';
import { addOpenApiJson } from './routes/openapi-json.js';
import { addPageConfig } from './routes/page-config.js';
import { addRegister } from './routes/register.js';
import { addScripts } from './routes/scripts.js';
import { addTokenStatus } from './routes/token-status.js';
import { addUpload } from './routes/upload.js';
import { addWithdraw } from './routes/withdraw.js';
import { answerSocketError } from './socket-errors.js';
import { createUnknownRoute } from './unknown-route.js';
const createScope = (app, parts) => {
    const { config, store, log, now = Date.now } = parts;
    const refuse = createRefuse(log);
    const registrationKeys = createRegistrationKeys(async () => config.secret ?? store.secret('registration'));
    const createLimit = () => createRateLimit({ limit: config.rateLimit, windowMs: rateWindowMs, maxKeys: maxRateKeys, now });
    return {
        config,
        store,
        refuse,
        browsers: createBrowserGuard(app, config.accounts, refuse),
        backends: createBackendGuard(app, config.accounts, refuse),
        prover: createProver(config.accounts, registrationKeys, now),
        registrationKeys,
        limits: { address: createLimit(), objectId: createLimit() },
        onIntake: parts.onIntake ?? (() => { }),
    };
};
const createApp = ({ config, timeouts = defaultTimeouts, log, random = Math.random }) => {
    const app = Fastify({
        // Fastify's own logger writes a line for each request, which costs more than parsing and storing it.
        logger: false,
        genReqId: createRequestIds(),
        requestIdHeader: false,
        trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
        bodyLimit: maxBrowserBodyBytes,
        routerOptions: { maxParamLength: maxSegmentLength },
        requestTimeout: timeouts.requestMs,
        connectionTimeout: timeouts.idleMs,
        keepAliveTimeout: timeouts.idleMs,
        // A request that still arrives while the server closes is served; its connection is closed behind it.
        return503OnClosing: false,
        http: {
            maxHeaderSize: maxHeaderBytes,
            headersTimeout: timeouts.headersMs,
            connectionsCheckingInterval: timeouts.checkMs,
        },
        clientErrorHandler: answerSocketError,
        frameworkErrors: (error, request, reply) => {
            createRefuse(log)(request, reply, refusalOf(error, random));
        },
    });
    app.server.maxHeadersCount = maxHeaders;
    return app;
};
/**
 * Makes the relay's HTTP server, which does not listen yet: `await app.listen({ host, port })`, and `app.close()` ends it
 * after the requests in flight. It owns neither the store nor anything else that it is given.
 */
export const createServer = (parts) => {
    const { version, random = Math.random, routes = [] } = parts;
    const app = createApp(parts);
    const scope = createScope(app, parts);
    const { refuse } = scope;
    const unknownRoute = createUnknownRoute(app);
    addJsonBody(app);
    app.setValidatorCompiler(() => () => true); // see schemas.ts
    app.addHook('onRequest', (request, reply, done) => {
        reply.headers(request.method === 'GET' || request.method === 'HEAD' ? documentHeaders : commonHeaders);
        reply.header('x-request-id', request.id);
        if (request.is404)
            refuse(request, reply, unknownRoute(request));
        else
            done();
    });
    app.setErrorHandler((error, request, reply) => refuse(request, reply, refusalOf(error, random)));
    app.setNotFoundHandler((request, reply) => refuse(request, reply, unknownRoute(request)));
    addOpenApi(app, version);
    app.register(async (root) => {
        addRegister(root, scope);
        addWithdraw(root, scope);
        addPageConfig(root, scope);
        addUpload(root, scope);
        addTokenStatus(root, scope);
        addErase(root, scope);
        addHealth(root, parts);
        const folder = parts.browserFiles ?? new URL('../../../dist/browser/', import.meta.url);
        addScripts(root, { folder, version, refuse });
        addOpenApiJson(root);
        for (const add of routes)
            add(root);
    });
    return app;
};
