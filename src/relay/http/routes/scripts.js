import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { fingerprint } from '../../keys/fingerprint.js';
import { problems } from '../schemas.js';
const names = ['pushferry.min.js', 'pushferry-sw.min.js', 'pushferry-prompt.min.js'];
const forEver = 'public, max-age=31536000, immutable';
/** Without a version: long enough to spare a request per page, short enough for a fix to arrive the same day. */
const forAnHour = 'public, max-age=3600, stale-while-revalidate=86400';
const load = async (file) => {
    try {
        const plain = await readFile(file);
        return { plain, zipped: await promisify(gzip)(plain, { level: 9 }), hash: fingerprint(plain) };
    }
    catch {
        return undefined;
    }
};
/** `GET /pushferry.min.js` and the two others: the built browser files, for any page that names them. */
export const addScripts = (app, { folder, version, refuse }) => {
    for (const name of names) {
        // Read when first asked for and then kept; a file that is missing is looked for again.
        let loaded;
        app.get(`/${name}`, {
            schema: {
                summary: `The built file ${name}`,
                tags: ['scripts'],
                response: {
                    200: { description: 'JavaScript', content: { 'text/javascript': { schema: { type: 'string' } } } },
                    304: { type: 'null', description: 'The copy with this ETag is still right.' },
                    ...problems(404),
                },
            },
        }, async (request, reply) => {
            loaded ??= await load(new URL(name, folder));
            if (!loaded)
                return refuse(request, reply, { code: 'not_found', detail: `${name} has not been built` });
            const { v } = request.query;
            const etag = `W/"${loaded.hash}"`;
            reply.headers({
                'access-control-allow-origin': '*',
                'cache-control': v === version || v === loaded.hash ? forEver : forAnHour,
                'cross-origin-resource-policy': 'cross-origin',
                etag,
                vary: 'Accept-Encoding',
            });
            if (request.headers['if-none-match']?.includes(etag))
                return reply.code(304).send();
            const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding']));
            if (zipped)
                reply.header('content-encoding', 'gzip');
            return reply.type('text/javascript; charset=utf-8').send(zipped ? loaded.zipped : loaded.plain);
        });
    }
};
