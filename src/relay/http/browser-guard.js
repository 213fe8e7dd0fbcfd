import { registrationKeyHeader } from '../../wire/record.js';
const preflightHeaders = {
    'access-control-allow-headers': `Authorization, Content-Type, ${registrationKeyHeader}, X-Request-Id`,
    // What browsers will keep at most: a day in Firefox, two hours in Chrome.
    'access-control-max-age': '86400',
};
/**
 * Browsers leave `Origin` out of a GET within one origin, which is how a page asks a relay that its own site hosts. They
 * say so in `Sec-Fetch-Site`, and then the host that was asked is the page's.
 */
const originsOf = ({ method, headers }) => {
    if (headers.origin !== undefined)
        return [headers.origin];
    return method !== 'GET' || headers['sec-fetch-site'] !== 'same-origin' || headers.host === undefined
        ? []
        : [`https://${headers.host}`, `http://${headers.host}`];
};
/**
 * Makes the guard of the browser routes: the exact `Origin` (scheme, host, port) decides whether a request is taken, and
 * for which account. This is also all of CORS, which `@fastify/cors` would do once more without knowing the accounts.
 */
export const createBrowserGuard = (app, accounts, refuse) => {
    const byOrigin = new Map(accounts.flatMap((account) => account.origins.map((origin) => [origin, account])));
    app.decorateRequest('browserAccount', undefined);
    const find = (request) => {
        for (const origin of originsOf(request)) {
            const account = byOrigin.get(origin);
            if (account)
                return account;
        }
        return undefined;
    };
    const allow = (request, reply) => {
        const account = find(request);
        reply.header('vary', 'Origin');
        const { origin } = request.headers;
        if (account && origin !== undefined)
            reply.header('access-control-allow-origin', origin);
        return account;
    };
    return {
        check(request, reply, done) {
            const account = allow(request, reply);
            if (!account) {
                refuse(request, reply, { code: 'origin_not_allowed', detail: 'pages of this origin may not use this relay' });
                return;
            }
            reply.header('access-control-expose-headers', 'Retry-After, X-Request-Id');
            request.setDecorator('browserAccount', account);
            done();
        },
        addPreflight(scope, path, methods) {
            scope.options(path, { schema: { hide: true } }, (request, reply) => {
                if (allow(request, reply))
                    reply.headers({ ...preflightHeaders, 'access-control-allow-methods': methods.join(', ') });
                reply.code(204).send();
            });
        },
        accountOf: (request) => request.getDecorator('browserAccount'),
    };
};
