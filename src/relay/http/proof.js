import { registrationKeyHeader } from '../../wire/record.js';
import { sameSecret } from '../keys/same-secret.js';
import { createTicketCheck } from '../tickets/verify.js';
import { readBearer } from './bearer.js';
const keyHeader = registrationKeyHeader.toLowerCase();
const showsKey = ({ headers }, key) => {
    const shown = headers[keyHeader];
    return typeof shown === 'string' && sameSecret(shown, key);
};
const ticketRequired = {
    code: 'ticket_required',
    detail: 'a ticket is required: Authorization: Bearer and a JWT for this objectId',
    headers: { 'www-authenticate': 'Bearer realm="pushferry"' },
};
const ticketInvalid = (detail) => ({
    code: 'ticket_invalid',
    detail,
    headers: { 'www-authenticate': 'Bearer realm="pushferry", error="invalid_token"' },
});
/** The refusal of whoever speaks for an objectId that somebody else has registered. */
export const keyMismatch = {
    code: 'registration_key_mismatch',
    detail: `this objectId is registered: its registration key (${registrationKeyHeader}) or a ticket is needed`,
};
export const createProver = (accounts, registrationKeys, now) => {
    const checks = new Map(accounts
        .filter(({ ticketKeys }) => ticketKeys.length > 0)
        .map(({ id, ticketKeys, ticketAudience }) => [id, createTicketCheck(ticketKeys, ticketAudience, now)]));
    /** A ticket that is shown is judged, wherever there is a key to judge it by. */
    const byTicket = async (request, account, objectId) => {
        const ticket = readBearer(request);
        const check = checks.get(account.id);
        if (ticket === undefined || !check)
            return { kind: 'unproved' };
        const fault = await check(ticket, objectId);
        return fault === undefined ? { kind: 'proved' } : { kind: 'refused', refusal: ticketInvalid(fault) };
    };
    return {
        missingTicket: (request, { tickets }) => tickets === 'required' && readBearer(request) === undefined ? ticketRequired : undefined,
        async forRegistration(request, account, objectId, key) {
            if (account.tickets === 'off' && showsKey(request, key))
                return { kind: 'proved' };
            return byTicket(request, account, objectId);
        },
        async forWithdrawal(request, account, objectId) {
            if (showsKey(request, await registrationKeys(account.id, objectId)))
                return { kind: 'proved' };
            const proof = await byTicket(request, account, objectId);
            if (proof.kind !== 'unproved')
                return proof;
            return { kind: 'refused', refusal: account.tickets === 'required' ? ticketRequired : keyMismatch };
        },
    };
};
