import type { InboxRecord } from './inbox-records.ts'

/*
 * Sorting 50,000 strings at once would hold everything else up for 60 ms. So records are sorted 4,096 at a time, as they
 * come, and a merge takes the smallest from what is left of each of these runs.
 */

const runLength = 4_096

/** Records in the order of their keys, those of one key in the order of their sequence numbers. */
export interface Run {
  records: readonly InboxRecord[]
  /** How many of them are applied. */
  from: number
}

/** Runs, and what is not enough for another one yet. The records of a run are all older than those of the next. */
export interface Gathered {
  runs: readonly Run[]
  rest: readonly InboxRecord[]
}

const compare = (a: InboxRecord, b: InboxRecord): number => (a.key === b.key ? a.seq - b.seq : a.key < b.key ? -1 : 1)
const runOf = (records: readonly InboxRecord[]): Run => ({ records: [...records].sort(compare), from: 0 })

/** Adds records, which are newer than all that are there. */
export const gather = ({ runs, rest }: Gathered, records: readonly InboxRecord[]): Gathered => {
  const more: Run[] = []
  let left = [...rest, ...records]
  for (; left.length >= runLength; left = left.slice(runLength)) more.push(runOf(left.slice(0, runLength)))
  return { runs: more.length > 0 ? [...runs, ...more] : runs, rest: left }
}

export const allRuns = ({ runs, rest }: Gathered): readonly Run[] => (rest.length > 0 ? [...runs, runOf(rest)] : runs)

/** All that is not applied. */
export const leftIn = (runs: readonly Run[]): InboxRecord[] => runs.flatMap(({ records, from }) => records.slice(from))

/** Takes about `most` records with the smallest keys, and of a key all or none. Advances `froms`. */
export const takeSmallest = (runs: readonly Run[], froms: number[], most: number): InboxRecord[] => {
  const taken: InboxRecord[] = []
  for (;;) {
    let best: InboxRecord | undefined
    let bestRun = 0
    for (let at = 0; at < runs.length; at++) {
      const record = runs[at]?.records[froms[at] ?? 0]
      // Of equal keys the older run comes first.
      if (record && (!best || record.key < best.key)) {
        best = record
        bestRun = at
      }
    }
    if (!best || (taken.length >= most && best.key !== taken.at(-1)?.key)) return taken
    taken.push(best)
    froms[bestRun] = (froms[bestRun] ?? 0) + 1
  }
}

/** Passes over all that have a key up to `position`. Gives what that leaves, and what it passed over. */
export const passOver = (runs: readonly Run[], position: string): { left: Run[]; passed: InboxRecord[] } => {
  const passed: InboxRecord[] = []
  const left = runs.map(({ records, from }): Run => {
    let at = from
    for (let record = records[at]; record && record.key <= position; record = records[++at]) passed.push(record)
    return { records, from: at }
  })
  return { left, passed }
}
