import { isObjectId } from '../object-id.js';
import { objectIdParams, problems, tokenStatus } from '../schemas.js';
/** `GET /v1/tokens/{objectId}`: what became of somebody's token. */
export const addTokenStatus = (app, { store, backends, refuse }) => {
    app.get('/v1/tokens/:objectId', {
        onRequest: backends.check,
        schema: {
            summary: 'Tells what became of the token of an objectId',
            tags: ['backends'],
            security: [{ apiKey: [] }, { passcode: [] }],
            params: objectIdParams,
            response: { 200: tokenStatus, ...problems(401, 404, 503) },
        },
    }, async (request, reply) => {
        const { objectId } = request.params;
        const found = isObjectId(objectId) ? await store.find(backends.callerOf(request).account.id, objectId) : undefined;
        return found ?? refuse(request, reply, { code: 'not_found', detail: 'no token is known for this objectId' });
    });
};
