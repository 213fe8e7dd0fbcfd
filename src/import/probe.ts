import type { ClevertapClient } from '../relay/clevertap/client.ts'
import { readAnswer } from '../relay/clevertap/outcome.ts'
import { type KeyPadding, recordFor } from '../relay/clevertap/record.ts'
import type { NewEntry } from '../relay/store/port.ts'

/** CleverTap's answer to a sample of records that it checked and did not store. */
export type ProbeReport =
  | {
      kind: 'judged'
      records: number
      accepted: number
      refused: ReadonlyMap<number, { records: number; text: string }>
    }
  | { kind: 'unauthorized' }
  /** The answer says nothing about the records. */
  | { kind: 'unknown'; reason: string }

/** Records in a sample: the limit of one call. */
export const sampleSize = 100

/** Each profile once, because a call must not name a profile twice. */
const distinct = (entries: readonly NewEntry[]): NewEntry[] => [
  ...new Map(entries.map((entry) => [entry.objectId, entry])).values(),
]

/** Sends a sample with `dryRun=1`. Never rejects. */
export const probeSample = async (
  sample: readonly NewEntry[],
  client: Pick<ClevertapClient, 'upload'>,
  padding: KeyPadding,
): Promise<ProbeReport> => {
  const records = distinct(sample).map(({ objectId, token }) => recordFor(objectId, token, padding))
  const verdict = readAnswer(await client.upload(records, { dryRun: true }), records, Date.now())
  switch (verdict.kind) {
    case 'judged': {
      const refused = new Map<number, { records: number; text: string }>()
      for (const one of verdict.records) {
        if (one.kind !== 'refused') continue
        const { code, message } = one.error
        refused.set(code, { records: (refused.get(code)?.records ?? 0) + 1, text: message })
      }
      const accepted = verdict.records.filter(({ kind }) => kind === 'accepted').length
      return { kind: 'judged', records: records.length, accepted, refused }
    }
    case 'unauthorized':
      return { kind: 'unauthorized' }
    case 'throttled':
      return { kind: 'unknown', reason: 'HTTP 429' }
    case 'poisoned':
      return { kind: 'unknown', reason: `refused as a whole: ${verdict.error.message}` }
    case 'failed':
      return { kind: 'unknown', reason: verdict.reason }
  }
}
