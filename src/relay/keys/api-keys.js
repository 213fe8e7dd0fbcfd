import { timingSafeEqual } from 'node:crypto';
import { digestOf } from './same-secret.js';
/**
 * Makes the check of API keys: given a key and, where the caller names one, a CleverTap account id, it answers whose
 * key it is. Undefined when no account has this key, when another account than the named one has it, and when several
 * have it and none is named.
 *
 * Every known key is compared whatever was found before, so the time taken says nothing about them.
 */
export const createApiKeyCheck = (accounts) => {
    const known = accounts.flatMap((account) => account.apiKeys.map(({ name, key }) => ({ caller: { account, keyName: name }, digest: digestOf(key) })));
    return (key, accountId) => {
        const digest = digestOf(key);
        const callers = known
            .filter((one) => timingSafeEqual(one.digest, digest))
            .map(({ caller }) => caller)
            .filter(({ account }) => accountId === undefined || account.id === accountId);
        return callers.length === 1 ? callers[0] : undefined;
    };
};
