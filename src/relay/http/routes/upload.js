import { maxBackendBodyBytes } from '../../../wire/limits.js';
import { readUpload } from '../../intake/backend.js';
import { flatProblems, uploadAnswer, uploadBody, uploadQuery } from '../schemas.js';
const answer = (processed, unprocessed) => {
    if (unprocessed.length === 0)
        return { status: 'success', processed, unprocessed };
    return { status: processed === 0 ? 'fail' : 'partial', processed, unprocessed };
};
/** CleverTap's own clients send `dryRun=0` where they mean it; what is neither yes nor no must not store anything. */
const readDryRun = ({ dryRun }) => {
    if (dryRun === undefined || dryRun === '0' || dryRun === 'false')
        return false;
    return dryRun === '1' || dryRun === 'true' ? true : undefined;
};
/** `POST /1/upload`: CleverTap's Upload Device Tokens API, answered once the records are on disk. */
export const addUpload = (app, { store, backends, refuse, onIntake }) => {
    app.post('/1/upload', {
        bodyLimit: maxBackendBodyBytes,
        onRequest: backends.check,
        schema: {
            summary: "Takes device tokens, as CleverTap's API of the same path does",
            tags: ['backends'],
            security: [{ apiKey: [] }, { passcode: [] }],
            querystring: uploadQuery,
            body: uploadBody,
            response: { 200: uploadAnswer, ...flatProblems(400, 401, 413, 415, 429, 503) },
        },
    }, async (request, reply) => {
        const { account, keyName } = backends.callerOf(request);
        const dryRun = readDryRun(request.query);
        if (dryRun === undefined)
            return refuse(request, reply, { code: 'malformed_json', detail: 'dryRun must be 1 or 0' });
        const read = readUpload(request.body, account.id);
        if (!read.ok)
            return refuse(request, reply, { code: 'malformed_json', detail: read.message, log: { keyName } });
        const { entries, unprocessed } = read;
        if (!dryRun && entries.length > 0)
            for (const { result } of await store.put(entries))
                onIntake({ account: account.id, from: keyName, result });
        if (!dryRun)
            for (const { code } of unprocessed)
                onIntake({ account: account.id, from: keyName, result: String(code) });
        return answer(entries.length, unprocessed);
    });
};
