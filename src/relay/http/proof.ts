import type { FastifyRequest } from 'fastify'
import { registrationKeyHeader } from '../../wire/record.ts'
import type { AccountConfig } from '../config/types.ts'
import type { RegistrationKeys } from '../keys/registration-key.ts'
import { sameSecret } from '../keys/same-secret.ts'
import { createTicketCheck } from '../tickets/verify.ts'
import { readBearer } from './bearer.ts'
import type { Refusal } from './refusal.ts'

/** Whether a browser has shown that an objectId is its own. */
export type Proof =
  | { kind: 'proved'; by: 'ticket' | 'key' }
  | { kind: 'unproved' }
  | { kind: 'refused'; refusal: Refusal }

/** Checks a browser's proof for an objectId: a registration key or a ticket. */
export interface Prover {
  /** Whether a request has a key or a ticket, valid or not. */
  showsSomething(request: FastifyRequest): boolean
  /** The refusal of a registration that lacks a required ticket. Does not need the body. */
  missingTicket(request: FastifyRequest, account: AccountConfig): Refusal | undefined
  /**
   * For a registration. If tickets are required, only a ticket is a proof: a registration key never expires, and a squatter may
   * hold one from before tickets were required.
   */
  forRegistration(request: FastifyRequest, account: AccountConfig, objectId: string, key: string): Promise<Proof>
  /** For a withdrawal: a key or a ticket is a proof, even if tickets are required, because it cannot take over an objectId. */
  forWithdrawal(request: FastifyRequest, account: AccountConfig, objectId: string): Promise<Proof>
}

const keyHeader = registrationKeyHeader.toLowerCase()
const showsKey = ({ headers }: FastifyRequest, key: string): boolean => {
  const shown = headers[keyHeader]
  return typeof shown === 'string' && sameSecret(shown, key)
}

const ticketRequired: Refusal = {
  code: 'ticket_required',
  detail: 'a ticket is required: Authorization: Bearer and a JWT for this objectId',
  headers: { 'www-authenticate': 'Bearer realm="pushferry"' },
}
const ticketInvalid = (detail: string): Refusal => ({
  code: 'ticket_invalid',
  detail,
  headers: { 'www-authenticate': 'Bearer realm="pushferry", error="invalid_token"' },
})

/** The refusal of a sender without proof for an objectId that another browser has registered. */
export const keyMismatch: Refusal = {
  code: 'registration_key_mismatch',
  detail: `this objectId is registered: send its registration key (${registrationKeyHeader}) or a ticket`,
}

export const createProver = (
  accounts: readonly AccountConfig[],
  registrationKeys: RegistrationKeys,
  now: () => number,
): Prover => {
  const checks = new Map(
    accounts
      .filter(({ ticketKeys }) => ticketKeys.length > 0)
      .map(({ id, ticketKeys, ticketAudience }) => [id, createTicketCheck(ticketKeys, ticketAudience, now)]),
  )
  /** Checks a ticket if the account has a ticket key, even if tickets are optional. */
  const byTicket = async (request: FastifyRequest, account: AccountConfig, objectId: string): Promise<Proof> => {
    const ticket = readBearer(request)
    const check = checks.get(account.id)
    if (ticket === undefined || !check) return { kind: 'unproved' }
    const fault = await check(ticket, objectId)
    return fault === undefined ? { kind: 'proved', by: 'ticket' } : { kind: 'refused', refusal: ticketInvalid(fault) }
  }
  return {
    showsSomething: (request) => request.headers[keyHeader] !== undefined || readBearer(request) !== undefined,
    missingTicket: (request, { tickets }) =>
      tickets === 'required' && readBearer(request) === undefined ? ticketRequired : undefined,
    async forRegistration(request, account, objectId, key) {
      if (account.tickets === 'off' && showsKey(request, key)) return { kind: 'proved', by: 'key' }
      return byTicket(request, account, objectId)
    },
    async forWithdrawal(request, account, objectId) {
      if (showsKey(request, await registrationKeys(account.id, objectId))) return { kind: 'proved', by: 'key' }
      const proof = await byTicket(request, account, objectId)
      if (proof.kind !== 'unproved') return proof
      return { kind: 'refused', refusal: account.tickets === 'required' ? ticketRequired : keyMismatch }
    },
  }
}
