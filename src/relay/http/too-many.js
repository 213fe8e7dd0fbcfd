import { addressKey } from './client-address.js';
const tooMany = (waitMs, whose) => waitMs === 0
    ? undefined
    : {
        code: 'too_many_requests',
        detail: `too many requests ${whose}; try again later`,
        headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
    };
/** Counts a browser's request for its address, as `onRequest` and so before its body is read. */
export const createAddressCheck = ({ limits, refuse }) => (request, reply, done) => {
    const refusal = tooMany(limits.address(addressKey(request.ip)), 'from this address');
    if (refusal)
        refuse(request, reply, refusal);
    else
        done();
};
/** Counts a browser's request for the objectId that it speaks for. */
export const tooManyFor = (limits, account, objectId) => tooMany(limits.objectId(`${account} ${objectId}`), 'for this objectId');
