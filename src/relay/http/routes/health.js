import { createReadiness } from '../readiness.js';
import { alive, readiness } from '../schemas.js';
const maxAgeMs = 1000;
const timeoutMs = 2000;
/** `GET /healthz` and `GET /readyz`: whether the process lives, and whether it should be sent requests. */
export const addHealth = (app, { config, store, uploads, now = Date.now }) => {
    app.get('/healthz', { schema: { summary: 'Whether the process lives', tags: ['operation'], response: { 200: alive } } }, (_request, reply) => {
        reply.send({ status: 'ok' });
    });
    const takesRecords = createReadiness({ store, now, maxAgeMs, timeoutMs });
    const statusOf = (ok) => (ok ? 'ok' : 'degraded');
    app.get('/readyz', {
        schema: {
            summary: 'Whether records are taken, and how the uploads go',
            tags: ['operation'],
            response: { 200: readiness, 503: readiness },
        },
    }, async (_request, reply) => {
        const ready = await takesRecords();
        const accounts = config.accounts.map(({ id }) => [id, uploads?.health(id) ?? 'ok']);
        reply.code(ready ? 200 : 503);
        return {
            status: statusOf(ready && accounts.every(([, upload]) => upload === 'ok')),
            accounts: Object.fromEntries(accounts.map(([id, upload]) => [id, { status: statusOf(ready && upload === 'ok'), upload }])),
        };
    });
};
