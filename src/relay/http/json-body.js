import { isUtf8 } from 'node:buffer';
import { BodyError } from './refusal.js';
const parse = (body, method) => {
    // A DELETE has no body here, and some clients send its content type all the same.
    if (method === 'DELETE')
        return undefined;
    if (body.length === 0)
        throw new BodyError('malformed_json', 'the body is empty');
    if (!isUtf8(body))
        throw new BodyError('malformed_json', 'the body is not UTF-8');
    const text = body.toString();
    try {
        // RFC 8259 §8.1 lets a reader pass over a byte order mark, which some Windows programs write.
        return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    }
    catch {
        // V8's own message quotes the body.
        throw new BodyError('malformed_json', 'the body is not JSON');
    }
};
/**
 * Reads bodies as JSON and as nothing else. Fastify's own parser is not used because it takes bytes that are not UTF-8,
 * and because it refuses records with a member called `__proto__`, which the record decoder simply drops.
 */
export const addJsonBody = (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
        const encoding = request.headers['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity') {
            done(new BodyError('unsupported_media_type', 'the body must be sent without content-encoding'));
            return;
        }
        try {
            done(null, parse(body, request.method));
        }
        catch (error) {
            done(error); // nothing else is thrown in there
        }
    });
};
