import type { SqlRow } from './driver.ts'
import { decodeRecords, encodeRecords, type InboxRecord, keyOf } from './inbox-records.ts'
import { SortedKeys } from './sorted-keys.ts'
import type { Statements } from './statements.ts'

/*
 * The inbox: accepted records that are not applied to the table `token` yet. Each commit appends one inbox row, which changes a few
 * consecutive pages. A row of `token` changes a random page of the index by objectId. So records are applied after the acknowledgement,
 * many at a time, in the order of their keys: a *merge*.
 *
 * A merge takes all records up to a sequence number, `upto`, in slices, each in a transaction that also moves `position`, the key up to
 * which it is done. With its last slice it deletes the inbox rows. Any process that has the file open can write the next slice.
 * So another process continues the merge of one that died, and nothing is applied or counted twice.
 */

/** One process's view of the inbox on disk. */
interface Known {
  /** The sequence number of the oldest inbox row; infinite when there is none. */
  first: number
  /** The sequence number of the newest record. */
  newest: number
  /** Number of records in the inbox rows. */
  total: number
  /** `upto`: of the current merge, or the last one. `position` and `applied` (a number of records): of the current merge. */
  upto: number
  position: string
  applied: number
}
const nothing: Known = { first: Number.POSITIVE_INFINITY, newest: 0, total: 0, upto: 0, position: '', applied: 0 }

/** Whether a record is applied, although its inbox row may still be on disk. */
const isApplied = ({ seq, key }: InboxRecord, { first, upto, position }: Known): boolean =>
  seq < first || (seq <= upto && key <= position)

const firstRow = (sql: Statements): number => {
  const { first } = sql.firstInbox.get() as SqlRow
  return first === null ? Number.POSITIVE_INFINITY : Number(first)
}

/** Records in memory: those of the current merge, which are dropped together at its end, or those that came after it began. */
class Generation {
  /** The newest record of each key; `earlier` leads to the others. */
  readonly latest = new Map<string, InboxRecord>()
  readonly keys = new SortedKeys()
  count = 0

  add(record: InboxRecord): void {
    const earlier = this.latest.get(record.key)
    if (earlier) record.earlier = earlier
    else this.keys.add(record.key)
    this.latest.set(record.key, record)
    this.count++
  }
}

/**
 * One process's copy of the inbox in memory: the records of the inbox rows on disk, and the changes of the current write transaction. A
 * transaction calls `begin`, then `finish`, and after its commit `keep`, or after a rollback `forgo`.
 */
export class Inbox {
  #merging = new Generation()
  #waiting = new Generation()
  /** The PRAGMA data_version of the file for which this copy is current. */
  #version: unknown
  #committed = nothing
  #known = nothing
  #fresh: InboxRecord[] = []

  /** Number of pending records from earlier transactions. */
  size(): number {
    return this.#known.total - this.#known.applied
  }
  /** The change of the number of pending records by this transaction. */
  growth(): number {
    return this.#fresh.length + this.size() - (this.#committed.total - this.#committed.applied)
  }
  newest(): number {
    return this.#committed.newest
  }
  first(): number {
    return this.#known.first
  }
  /** Whether a merge has begun and not ended. Its inbox rows are on disk until it ends, even those that are applied. */
  isMerging(): boolean {
    return this.#known.first <= this.#known.upto
  }
  /** A profile's pending records from earlier transactions, the oldest first. */
  pending(account: number, objectId: string): readonly InboxRecord[] {
    return this.#of(keyOf(account, objectId))
  }
  /** Whether the profile has a pending record, including those of this transaction. */
  has(account: number, objectId: string): boolean {
    if (this.#fresh.length === 0 && this.size() === 0) return false
    const key = keyOf(account, objectId)
    return this.#of(key).length > 0 || this.#fresh.some((record) => record.key === key)
  }

  /** Reads what other processes have added and applied since. */
  begin(sql: Statements): void {
    const { data_version: version } = sql.dataVersion.get() as SqlRow
    if (version === this.#version) return
    const before = this.#committed
    // The statement selects these members.
    const merge = sql.readMerge.get() as Pick<Known, 'upto' | 'position' | 'applied'>
    const known = { ...before, ...merge, first: firstRow(sql) }
    // A merge takes all records that are committed when it begins, and so all that were known before.
    const isNew = known.upto !== before.upto
    if (isNew) this.#beginGeneration()
    if (known.first > (isNew ? before.newest : known.upto)) this.#merging = new Generation()
    for (const row of sql.inboxAfter.all(before.newest) as SqlRow[])
      for (const record of decodeRecords(Number(row.seq), Number(row.received_at), String(row.records))) {
        const generation = record.seq <= known.upto ? this.#merging : this.#waiting
        generation.add(record)
        known.newest = record.seq
      }
    if (isNew) this.#merging.keys.sort()
    known.total = this.#merging.count + this.#waiting.count
    this.#known = known
    this.#committed = known
    this.#version = version
  }
  /** Adds a record. `finish` gives it a sequence number above all others. */
  append(record: InboxRecord): void {
    this.#fresh.push(record)
  }
  /** Takes about `most` records of the current merge, or of a new one: all or none of a profile. Empty when none are left. */
  take(most: number): readonly InboxRecord[] {
    if (!this.isMerging()) {
      this.#waiting.keys.sort()
      this.#known = { ...this.#known, upto: this.#committed.newest, position: '' }
    }
    const { upto, applied } = this.#known
    let { position } = this.#known
    const taken: InboxRecord[] = []
    // Until its first slice is committed, the records of a merge are those that waited for it.
    const { keys } = upto === this.#committed.upto ? this.#merging : this.#waiting
    for (const key of keys.above(position)) {
      if (taken.length >= most) break
      for (const record of this.#of(key)) if (record.seq <= upto) taken.push(record)
      position = key
    }
    this.#known = { ...this.#known, position, applied: applied + taken.length }
    return taken
  }
  /** Ends the merge: deletes its inbox rows, and the position, which names a profile. */
  end(sql: Statements): void {
    const { upto, total, applied } = this.#known
    sql.forgetInbox.run(upto)
    this.#known = { ...this.#known, first: firstRow(sql), total: total - applied, position: '', applied: 0 }
  }
  /** Numbers and writes the appended records, and writes the position of the merge. */
  finish(sql: Statements, nextSequence: () => number): void {
    for (const record of this.#fresh) record.seq = nextSequence()
    const [first] = this.#fresh
    if (first) sql.insertInbox.run(first.seq, first.receivedAt, encodeRecords(this.#fresh))
    const { upto, position, applied } = this.#known
    if (upto !== this.#committed.upto || position !== this.#committed.position || applied !== this.#committed.applied)
      sql.writeMerge.run(upto, position, applied)
  }
  /** Call it after the commit: the changes become valid for this process. */
  keep(): void {
    const { first, newest, total, upto } = this.#known
    if (upto !== this.#committed.upto) this.#beginGeneration()
    if (first > upto) this.#merging = new Generation()
    for (const record of this.#fresh) this.#waiting.add(record)
    this.#committed = {
      ...this.#known,
      first: Math.min(first, this.#fresh[0]?.seq ?? first),
      newest: this.#fresh.at(-1)?.seq ?? newest,
      total: total + this.#fresh.length,
    }
    this.forgo()
  }
  /** Call it after a rollback: drops the changes of the transaction. */
  forgo(): void {
    this.#known = this.#committed
    this.#fresh = []
  }
  /** Drops all records in memory, because the next connection may open another file. */
  reset(): void {
    this.#merging = new Generation()
    this.#waiting = new Generation()
    this.#version = undefined
    this.#committed = nothing
    this.forgo()
  }

  /** A profile's records that are not applied and were committed before, the oldest first. */
  #of(key: string): InboxRecord[] {
    const found: InboxRecord[] = []
    for (const { latest } of [this.#waiting, this.#merging])
      for (let record = latest.get(key); record && !isApplied(record, this.#known); record = record.earlier)
        found.unshift(record)
    return found
  }
  #beginGeneration(): void {
    this.#merging = this.#waiting
    this.#waiting = new Generation()
  }
}
