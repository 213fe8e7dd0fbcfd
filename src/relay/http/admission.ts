import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Proof } from './proof.ts'
import type { Refusal } from './refusal.ts'
import type { Scope } from './scope.ts'

/** Applies the rate limits to a browser's request. */
export interface Admission {
  /** As `onRequest`, before the body is read: counts a request that shows no proof, for there is nothing to wait for. */
  check(request: FastifyRequest, reply: FastifyReply, done: () => void): void
  /** Counts a request that showed something and turned out to prove nothing. Must be called at most once. */
  unproved(request: FastifyRequest): Refusal | undefined
  /** Counts a request whose proof has been judged. */
  tooMany(request: FastifyRequest, account: string, objectId: string, proof: Proof): Promise<Refusal | undefined>
}

/**
 * A request that proves its objectId is counted for that alone, so that strangers cannot lock its owner out, wherever both
 * come from. A registration key counts as such a proof while CleverTap has accepted the record that it belongs to: before
 * that a stranger gets keys for the asking.
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
