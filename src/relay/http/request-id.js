import { randomBytes } from 'node:crypto';
/**
 * Makes the namer of requests: the caller's own `X-Request-Id` where it is a harmless short text, else a prefix of this
 * process and a counter.
 */
export const createRequestIds = (prefix = randomBytes(5).toString('hex')) => {
    let count = 0;
    return ({ headers }) => {
        const given = headers['x-request-id'];
        return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : `${prefix}-${(++count).toString(36)}`;
    };
};
