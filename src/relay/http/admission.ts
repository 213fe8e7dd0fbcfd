import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Proof } from './proof.ts'
import type { Refusal } from './refusal.ts'
import type { Scope } from './scope.ts'

/** Applies the rate limits to a browser's request. */
export interface Admission {
  /** For `onRequest`, before the body is read: counts a request without any proof. */
  check(request: FastifyRequest, reply: FastifyReply, done: () => void): void
  /** Counts a request whose key or ticket proved nothing. Must be called at most once. */
  unproved(request: FastifyRequest): Refusal | undefined
  /** Counts a request whose proof has been judged. */
  tooMany(request: FastifyRequest, account: string, objectId: string, proof: Proof): Promise<Refusal | undefined>
}

/**
 * A request that proves its objectId counts only for that objectId, so that strangers at the same address cannot lock its owner out.
 * A registration key is such a proof only after CleverTap has accepted the record, because anyone gets a key by registering.
 */
export const createAdmission = ({ store, limits, prover, refuse }: Scope): Admission => {
  const unproved = (request: FastifyRequest): Refusal | undefined =>
    prover.showsSomething(request) ? limits.unproved(request) : undefined
  const isOwner = async (account: string, objectId: string, proof: Proof): Promise<boolean> => {
    if (proof.kind !== 'proved') return false
    return proof.by === 'ticket' || (await store.find(account, objectId))?.state === 'accepted'
  }
  return {
    check: (request, reply, done) => {
      const refusal = prover.showsSomething(request) ? undefined : limits.unproved(request)
      if (refusal) refuse(request, reply, refusal)
      else done()
    },
    unproved,
    tooMany: async (request, account, objectId, proof) =>
      ((await isOwner(account, objectId, proof)) ? undefined : unproved(request)) ??
      limits.objectId(account, objectId, proof.kind === 'proved'),
  }
}
