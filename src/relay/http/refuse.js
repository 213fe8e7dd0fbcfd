import { STATUS_CODES } from 'node:http';
import { relayProblems } from '../../wire/problem.js';
/** The problem document (RFC 9457) of a refusal. */
export const problemOf = ({ code, detail, recordCode }) => {
    const status = relayProblems[code];
    const title = STATUS_CODES[status] ?? 'Error';
    return { type: 'about:blank', title, status, code, detail, ...(recordCode === undefined ? {} : { recordCode }) };
};
/** What strangers and scanners cause by the thousand is not worth a line by default. */
const quiet = ['not_found', 'method_not_allowed', 'too_many_requests'];
const levelOf = (code) => {
    if (code === 'internal_error')
        return 'error';
    return quiet.includes(code) ? 'debug' : 'warn';
};
/** `/1/upload` answers like CleverTap: flat, with the status as code. */
const isFlat = (request) => /^\/1\/upload(\?|$)/.test(request.url);
export const createRefuse = (log) => (request, reply, refusal) => {
    const { code, detail, recordCode, headers } = refusal;
    const status = relayProblems[code];
    log[levelOf(code)]('request refused', {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status,
        code,
        recordCode,
        ...refusal.log,
    });
    reply.code(status);
    if (headers)
        reply.headers(headers);
    return isFlat(request)
        ? reply.type('application/json; charset=utf-8').send({ status: 'fail', error: detail, code: status })
        : reply.type('application/problem+json; charset=utf-8').send(problemOf(refusal));
};
