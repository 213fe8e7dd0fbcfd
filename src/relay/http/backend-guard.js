import { createApiKeyCheck } from '../keys/api-keys.js';
import { readBearer } from './bearer.js';
const headerText = (value) => typeof value === 'string' && value !== '' ? value : undefined;
/**
 * Makes the guard of the backend routes. The key comes as `Authorization: Bearer` or as `X-CleverTap-Passcode`, so that
 * scripts written for CleverTap need another address and another value only. `X-CleverTap-Account-Id` may name the
 * account, and then it must be one that the key belongs to.
 */
export const createBackendGuard = (app, accounts, refuse) => {
    const callerOf = createApiKeyCheck(accounts);
    app.decorateRequest('caller', undefined);
    return {
        check(request, reply, done) {
            const key = readBearer(request) ?? headerText(request.headers['x-clevertap-passcode']);
            const caller = key === undefined ? undefined : callerOf(key, headerText(request.headers['x-clevertap-account-id']));
            if (!caller) {
                refuse(request, reply, {
                    code: 'unauthorized',
                    detail: key === undefined
                        ? 'an API key is missing: send it as Authorization: Bearer or as X-CleverTap-Passcode'
                        : 'Invalid Credentials: this API key is not known here, or not for this account',
                    headers: { 'www-authenticate': 'Bearer realm="pushferry"' },
                    log: { address: request.ip },
                });
                return;
            }
            request.setDecorator('caller', caller);
            done();
        },
        callerOf: (request) => request.getDecorator('caller'),
    };
};
