import type { Refusal } from './answer.ts'
import { messageOfCode } from './answer.ts'
import type { Fault, FaultEffect } from './fault.ts'

/** The facts about a call that decide which fault fits it. */
export interface FaultSubject {
  on: 'upload' | 'profile'
  dryRun: boolean
  /** The objectId of each record, in the call's order; `undefined` while only the request's headers have arrived. */
  objectIds: readonly (string | undefined)[] | undefined
}

/** The queue of faults for future calls. */
export interface FaultQueue {
  add(fault: Fault): void
  clear(): void
  /** Faults that are not used up. */
  pending(): readonly Fault[]
  /** Takes the first fault that fits, except `reject` faults. */
  take(subject: FaultSubject): Fault | undefined
  /** The records that `reject` faults refuse. */
  rejections(subject: FaultSubject): readonly Refusal[]
}

type Waiting = { fault: Fault; fitted: number; used: number; usedFor: Map<string, number> }

const canHit = (named: Fault['objectIds'], objectId: string | undefined): boolean =>
  named === undefined ||
  (objectId !== undefined && (typeof named === 'function' ? named(objectId) : named.includes(objectId)))

const fits = ({ on, dryRun, objectIds, ...effect }: Fault, subject: FaultSubject): boolean => {
  if ((on ?? 'upload') !== subject.on) return false
  if (dryRun !== undefined && dryRun !== subject.dryRun) return false
  const isEarly = effect.kind === 'reset' && effect.at === 'request'
  if (subject.objectIds === undefined) return isEarly
  return !isEarly && (objectIds === undefined || subject.objectIds.some((one) => canHit(objectIds, one)))
}

const limitOf = ({ times }: Fault): number => (times === 'always' ? Number.POSITIVE_INFINITY : (times ?? 1))

/** Makes an empty queue. It does not depend on time or randomness. */
export const createFaultQueue = (): FaultQueue => {
  let waiting: Waiting[] = []

  /** Counts a call that fits, and returns whether the fault applies to it (see `every`). */
  const isTurn = (one: Waiting): boolean => ++one.fitted % (one.fault.every ?? 1) === 0

  return {
    add: (fault) => void waiting.push({ fault, fitted: 0, used: 0, usedFor: new Map() }),
    clear: () => {
      waiting = []
    },
    pending: () => waiting.map(({ fault }) => fault),
    take: (subject) => {
      const found = waiting.find((one) => one.fault.kind !== 'reject' && fits(one.fault, subject) && isTurn(one))
      if (found && ++found.used >= limitOf(found.fault)) waiting = waiting.filter((one) => one !== found)
      return found?.fault
    },
    rejections: (subject) => {
      const refused = new Map<number, Refusal>()
      for (const one of waiting) {
        const { fault } = one
        if (fault.kind !== 'reject' || !fits(fault, subject) || !isTurn(one)) continue
        for (const [index, objectId] of (subject.objectIds ?? []).entries()) {
          const used = one.usedFor.get(objectId ?? '') ?? 0
          if (refused.has(index) || used >= limitOf(fault) || !canHit(fault.objectIds, objectId)) continue
          one.usedFor.set(objectId ?? '', used + 1)
          refused.set(index, { index, code: fault.code, error: fault.error ?? messageOfCode(fault.code) })
        }
      }
      return [...refused.values()]
    },
  }
}

/** Whether CleverTap stores the records although the answer is faulty; see `FaultScope.applied`. */
export const isApplied = (fault: Fault | undefined): boolean => {
  if (!fault) return true
  const instead: readonly FaultEffect['kind'][] = ['status', 'hang', 'html', 'no-items']
  const isInstead = instead.includes(fault.kind) || (fault.kind === 'reset' && fault.at !== 'body')
  const isHonest = fault.kind === 'latency' || fault.kind === 'trickle'
  return isHonest || (fault.applied ?? !isInstead)
}
