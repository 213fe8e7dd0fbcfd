import { problems, relayConfig } from '../schemas.js';
/** `GET /v1/config`: what a page needs before it can subscribe. */
export const addPageConfig = (app, { browsers }) => {
    const path = '/v1/config';
    browsers.addPreflight(app, path, ['GET']);
    app.get(path, {
        onRequest: browsers.check,
        schema: {
            summary: "Tells a page its account's public key and whether it needs tickets",
            tags: ['browsers'],
            response: { 200: relayConfig, ...problems(403) },
        },
    }, (request, reply) => {
        const { vapidPublicKey, tickets } = browsers.accountOf(request);
        reply.header('cache-control', 'private, max-age=60');
        reply.send({ vapidPublicKey: vapidPublicKey ?? null, tickets });
    });
};
