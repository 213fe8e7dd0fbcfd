import type { IncomingMessage } from 'node:http'
import type { Refusal } from './answer.ts'
import { flatError, messageOfCode, uploadAnswer } from './answer.ts'
import type { Fault } from './fault.ts'
import type { FaultQueue, FaultSubject } from './fault-queue.ts'
import { isApplied } from './fault-queue.ts'
import type { Verdict } from './judge.ts'
import { judgeRecord, platformOf } from './judge.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { ResolvedOptions } from './options.ts'
import { readBody, readUpload } from './read-upload.ts'

/** The correct answer to a call, facts about the call, and the fault that changes the answer. */
export interface Outcome {
  status: number
  body: object
  headers?: Readonly<Record<string, string>>
  /** Why the call was refused as a whole. */
  refusal?: string
  records?: readonly unknown[]
  processed?: number
  codes?: Readonly<Record<number, number>>
  fault?: Fault | undefined
  /** Whether `reject` faults refused records. */
  isRejected?: boolean
}

/** A call whose headers were accepted. */
export interface IncomingCall {
  request: IncomingMessage
  query: URLSearchParams
  dryRun: boolean
  entry: Entry
}

export interface Parts {
  options: ResolvedOptions
  ledger: Ledger
  faults: FaultQueue
}

/** An answer that refuses the whole call, with CleverTap's flat body. */
export const refuse = (status: number, refusal: string, error?: string): Outcome => ({
  status,
  body: flatError(status, error),
  refusal,
})

const sum = (refusals: readonly Refusal[]): Record<number, number> => {
  const codes: Record<number, number> = {}
  for (const { code } of refusals) codes[code] = (codes[code] ?? 0) + 1
  return codes
}

const readObjectId = (record: unknown): string | undefined => {
  if (typeof record !== 'object' || record === null || !('objectId' in record)) return undefined
  return typeof record.objectId === 'string' ? record.objectId : undefined
}

/**
 * `POST /1/upload`. Stores accepted records at once, before the latency. A caller that disconnects meanwhile
 * does not know that its records were stored, which is the harder case for a caller.
 */
export const upload = async ({ request, query, dryRun, entry }: IncomingCall, parts: Parts): Promise<Outcome> => {
  const { options, ledger, faults } = parts
  if (!['0', '1', null].includes(query.get('dryRun'))) {
    request.resume()
    return refuse(400, 'dryRun must be 0 or 1', 'Malformed request: dryRun must be 0 or 1')
  }
  const read = readUpload(await readBody(request), request.headers['content-type'])
  if (!read.ok) return refuse(read.status, read.refusal, read.error)
  const { records } = read
  const subject: FaultSubject = { on: 'upload', dryRun, objectIds: records.map(readObjectId) }
  const fault = faults.take(subject)
  // A fault that replaces the answer leaves the `reject` faults for the next try.
  const isAnswered = isApplied(fault)
  const rejections = new Map(isAnswered ? faults.rejections(subject).map((one) => [one.index, one]) : [])
  const rules = { keyPadding: options.keyPadding, exists: ledger.exists }
  const refusals: Refusal[] = []
  const good: Extract<Verdict, { ok: true }>[] = []
  for (const [index, record] of records.entries()) {
    const rejection = rejections.get(index)
    const verdict = judgeRecord(record, rules)
    if (rejection) refusals.push(rejection)
    else if (verdict.ok) good.push(verdict)
    else refusals.push({ index, code: verdict.code, error: messageOfCode(verdict.code) })
  }
  if (isAnswered && !dryRun) {
    for (const { objectId, token } of good) entry.store(objectId, token)
    entry.noteRejected(refusals.length)
  }
  const body = uploadAnswer(records, refusals)
  return {
    status: 200,
    body,
    records,
    fault,
    isRejected: rejections.size > 0,
    ...(isAnswered && { processed: body.processed, codes: sum(refusals) }),
  }
}

/** `GET /1/profile.json?objectId=`: the device of that objectId, with `push_token` when it has a token. */
export const profile = async ({ query, dryRun }: IncomingCall, { ledger, faults }: Parts): Promise<Outcome> => {
  const objectId = query.get('objectId')
  if (!objectId) return refuse(400, 'objectId is missing', 'Malformed request: objectId is missing')
  const fault = faults.take({ on: 'profile', dryRun, objectIds: [objectId] })
  if (!ledger.exists(objectId)) return { ...refuse(404, 'no such profile', 'Profile not found'), fault }
  const held = ledger.profiles.get(objectId)
  const device = {
    platform: platformOf(objectId),
    objectId,
    ...(held && { push_token: held.token.id }),
  }
  return { status: 200, body: { status: 'success', record: { platformInfo: [device] } }, fault }
}
