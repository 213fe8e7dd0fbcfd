import type { SqlRow } from './driver.ts'
import { decodeRecords, encodeRecords, type InboxRecord, keyOf } from './inbox-records.ts'
import { allRuns, type Gathered, gather, leftIn, passOver, type Run, takeSmallest } from './inbox-runs.ts'
import type { Statements } from './statements.ts'

/*
 * The inbox: records that were accepted and are not applied to the table `token` yet. On disk it is one row a commit at
 * the end of a table, which costs a few pages in a row; a row of `token` costs a page at random in its index by objectId.
 * So records are applied behind the acknowledgement, many at a time, in the order of their keys: a *merge*.
 *
 * A merge takes all records up to a sequence number, `upto`, in slices, each in a transaction that also moves `position`,
 * the key up to which it is done. With its last slice it deletes the inbox rows. Any process that has the file open can
 * write the next slice, so one that dies is continued, and nothing is applied or counted twice.
 *
 * Each process mirrors in memory what is not applied. It reads what others have added or applied when SQLite says that
 * somebody else has committed.
 */

/** The inbox as one transaction sees and changes it. */
export interface InboxView {
  /** How many records are not applied and were committed before. */
  size(): number
  /** By how many records this transaction has made the inbox longer. */
  growth(): number
  /** How many records of an account are not applied, with those of this very transaction. */
  count(account: number): number
  /** Records of a profile that are not applied and were committed before, the oldest first. */
  pending(account: number, objectId: string): readonly InboxRecord[]
  /** Whether a record of the profile is not applied, be it of this very transaction. */
  has(account: number, objectId: string): boolean
  /** Whether a merge has begun and not ended. Its inbox rows are on disk until it ends, also those that are applied. */
  isMerging(): boolean
  /** Adds a record, with a sequence number above all others. */
  append(record: InboxRecord): void
  /** Takes about `most` records of the current merge or of a new one, and of a profile all or none. Empty when no more are left. */
  take(most: number): readonly InboxRecord[]
  /** Ends the merge: deletes its inbox rows. */
  end(): void
  /** Writes what was appended and how far the merge is. */
  finish(): void
  /** For behind the commit: what was done counts from now on. */
  keep(): void
}

/** What this process knows of the inbox from one transaction to the next. */
export interface Inbox {
  /** At the beginning of a transaction, which is one snapshot. After a rollback the view is simply dropped. */
  begin(sql: Statements): InboxView
  /** As of the last commit of this process, as all below. */
  size(): number
  isMerging(): boolean
  /** The sequence number of the newest record. */
  newest(): number
  /** The sequence number of the oldest inbox row; infinite when there is none. */
  first(): number
}

interface Known {
  /** Of PRAGMA data_version: for which state of the file all this is true. */
  version: unknown
  first: number
  newest: number
  upto: number
  position: string
  /** What the merge at hand takes. */
  merging: readonly Run[]
  waiting: Gathered
}
const nothing: Known = {
  version: undefined,
  first: Number.POSITIVE_INFINITY,
  newest: 0,
  upto: 0,
  position: '',
  merging: [],
  waiting: { runs: [], rest: [] },
}
const isMerging = ({ first, upto }: Known): boolean => first <= upto
const isApplied = ({ seq, key }: InboxRecord, { first, upto, position }: Known): boolean =>
  seq < first || (seq <= upto && key <= position)
const firstRow = (sql: Statements): number => {
  const { first } = sql.firstInbox.get() as SqlRow
  return first === null ? Number.POSITIVE_INFINITY : Number(first)
}

/** Divides records where a sequence number is missing, which something else in the transaction took. */
const consecutive = (records: readonly InboxRecord[]): [InboxRecord, ...InboxRecord[]][] => {
  const rows: [InboxRecord, ...InboxRecord[]][] = []
  for (const record of records) {
    const row = rows.at(-1)
    if (row && row.at(-1)?.seq === record.seq - 1) row.push(record)
    else rows.push([record])
  }
  return rows
}

/** The records that are not applied, by profile and in number. */
const createIndex = () => {
  /** By key the newest one; `earlier` leads to the others. */
  const latest = new Map<string, InboxRecord>()
  const counts = new Map<number, number>()
  let size = 0
  const count = (account: number, by: number): void => {
    counts.set(account, (counts.get(account) ?? 0) + by)
    size += by
  }
  return {
    size: () => size,
    count: (account: number) => counts.get(account) ?? 0,
    latest: (key: string) => latest.get(key),
    add: (record: InboxRecord): void => {
      const earlier = latest.get(record.key)
      if (earlier) record.earlier = earlier
      latest.set(record.key, record)
      count(record.account, 1)
    },
    drop: (record: InboxRecord): void => {
      delete record.earlier
      if (latest.get(record.key) === record) latest.delete(record.key)
      count(record.account, -1)
    },
  }
}

/** What is known, with what other processes have committed since. */
const catchUp = (known: Known, index: ReturnType<typeof createIndex>, sql: Statements, version: unknown): Known => {
  const added: InboxRecord[] = []
  for (const row of sql.inboxAfter.all(known.newest) as SqlRow[])
    for (const record of decodeRecords(Number(row.seq), Number(row.received_at), String(row.records)))
      added.push(record)
  for (const record of added) index.add(record)
  const { upto, position } = sql.readMerge.get() as SqlRow
  const now: Known = {
    ...known,
    version,
    first: firstRow(sql),
    newest: added.at(-1)?.seq ?? known.newest,
    upto: Number(upto),
    position: String(position),
    waiting: gather(known.waiting, added),
  }
  if (now.upto === known.upto && now.first === known.first) {
    const { left, passed } = passOver(known.merging, now.position)
    for (const record of passed) index.drop(record)
    return { ...now, merging: left }
  }
  // Another merge than before: the records are divided anew.
  const all = leftIn([...known.merging, ...allRuns(now.waiting)]).sort((a, b) => a.seq - b.seq)
  for (const record of all) if (isApplied(record, now)) index.drop(record)
  const open = all.filter((record) => !isApplied(record, now))
  const divide = (isWanted: (seq: number) => boolean): Gathered =>
    gather(
      nothing.waiting,
      open.filter(({ seq }) => isWanted(seq)),
    )
  return {
    ...now,
    merging: allRuns(divide((seq) => seq <= now.upto)),
    waiting: divide((seq) => seq > now.upto),
  }
}

export const createInbox = (): Inbox => {
  const index = createIndex()
  let known = nothing

  const begin = (sql: Statements): InboxView => {
    const { data_version: version } = sql.dataVersion.get() as SqlRow
    if (version !== known.version) known = catchUp(known, index, sql, version)
    let view = known
    let froms = view.merging.map(({ from }) => from)
    const fresh: InboxRecord[] = []
    /** The keys of `fresh`, once somebody asks. */
    let freshKeys: Set<string> | undefined
    const taken: InboxRecord[] = []
    const beginMerge = (): void => {
      const merging = allRuns(view.waiting)
      view = { ...view, upto: known.newest, position: '', merging, waiting: nothing.waiting }
      froms = merging.map(() => 0)
    }
    const pending = (account: number, objectId: string): InboxRecord[] => {
      const found: InboxRecord[] = []
      let record = index.latest(keyOf(account, objectId))
      for (; record && !isApplied(record, view); record = record.earlier) found.unshift(record)
      return found
    }
    const changes = new Map<number, number>()
    const change = (account: number, by: number): void => {
      changes.set(account, (changes.get(account) ?? 0) + by)
    }
    const size = (): number => index.size() - taken.length

    return {
      size,
      growth: () => fresh.length - taken.length,
      count: (account) => index.count(account) + (changes.get(account) ?? 0),
      pending,
      has: (account, objectId) => {
        freshKeys ??= new Set(fresh.map(({ key }) => key))
        return freshKeys.has(keyOf(account, objectId)) || pending(account, objectId).length > 0
      },
      isMerging: () => isMerging(view),
      append: (record) => {
        fresh.push(record)
        freshKeys?.add(record.key)
        change(record.account, 1)
      },
      take: (most) => {
        if (!isMerging(view)) beginMerge()
        const records = takeSmallest(view.merging, froms, most)
        view = { ...view, position: records.at(-1)?.key ?? view.position }
        for (const record of records) {
          taken.push(record)
          change(record.account, -1)
        }
        return records
      },
      end: () => {
        sql.forgetInbox.run(view.upto)
        view = { ...view, first: firstRow(sql), merging: [] }
        froms = []
      },
      finish: () => {
        for (const records of consecutive(fresh)) {
          const [{ seq, receivedAt }] = records
          sql.insertInbox.run(seq, receivedAt, encodeRecords(records))
        }
        if (view.upto !== known.upto || view.position !== known.position) sql.writeMerge.run(view.upto, view.position)
      },
      keep: () => {
        for (const record of taken) index.drop(record)
        for (const record of fresh) index.add(record)
        const merging = view.merging.map(({ records }, at): Run => ({ records, from: froms[at] ?? 0 }))
        known = {
          ...view,
          merging,
          first: Math.min(view.first, fresh[0]?.seq ?? view.first),
          newest: fresh.at(-1)?.seq ?? view.newest,
          waiting: fresh.length > 0 ? gather(view.waiting, fresh) : view.waiting,
        }
      },
    }
  }

  return {
    begin,
    size: index.size,
    isMerging: () => isMerging(known),
    newest: () => known.newest,
    first: () => known.first,
  }
}
