import { createHmac, createSecretKey } from 'node:crypto';
/**
 * Makes registration keys: HMAC-SHA256 over account and objectId, so that nothing has to be kept. Both are encoded as
 * one JSON array, because two texts put side by side could be read in two ways.
 *
 * @param loadSecret is asked when the first key is needed, and again after it has failed.
 */
export const createRegistrationKeys = (loadSecret) => {
    let secret;
    return async (account, objectId) => {
        secret ??= createSecretKey(await loadSecret(), 'utf8');
        return createHmac('sha256', secret)
            .update(JSON.stringify([account, objectId]))
            .digest('base64url');
    };
};
