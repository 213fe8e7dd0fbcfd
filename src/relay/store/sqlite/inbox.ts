import type { SqlRow } from './driver.ts'
import { decodeRecords, encodeRecords, type InboxRecord, keyOf } from './inbox-records.ts'
import { SortedKeys } from './sorted-keys.ts'
import type { Statements } from './statements.ts'

/*
 * The inbox: accepted records that are not applied to the table `token` yet. Each commit appends one inbox row, which changes a few
 * consecutive pages. A row of `token` changes a random page of the index by objectId. So records are applied after the acknowledgement,
 * many at a time, in the order of their keys: a *merge*.
 *
 * A merge takes all records up to a sequence number, `upto`, in slices, each in a transaction that also moves `position`,
 * the key up to which it is done. With its last slice it deletes the inbox rows. Any process that has the file open can
 * write the next slice, so one that dies is continued, and nothing is applied or counted twice.
 *
 * Each process has a copy of the pending records in memory. It reads the changes of other processes when SQLite reports that one of them
 * has committed.
 */

/** One process's view of the inbox on disk. */
interface Known {
  /** The sequence number of the oldest inbox row; infinite when there is none. */
  first: number
  /** The sequence number of the newest record. */
  newest: number
  /** Of the merge at hand, or of the last one. */
  upto: number
  position: string
}
const nothing: Known = { first: Number.POSITIVE_INFINITY, newest: 0, upto: 0, position: '' }

/** Whether a record is applied, although its inbox row may still be on disk. */
const isApplied = ({ seq, key }: InboxRecord, { first, upto, position }: Known): boolean =>
  seq < first || (seq <= upto && key <= position)

const firstRow = (sql: Statements): number => {
  const { first } = sql.firstInbox.get() as SqlRow
  return first === null ? Number.POSITIVE_INFINITY : Number(first)
}

/**
 * One process's copy of the inbox: the committed records, and the changes of the current write transaction. A transaction calls
 * `begin`, then `finish`, and after its commit `keep`, or after a rollback `forgo`.
 */
export class Inbox {
  /** The records that are not applied, by key the newest one; `earlier` leads to the others. */
  readonly #latest = new Map<string, InboxRecord>()
  #keys = new SortedKeys()
  #size = 0
  /** Of PRAGMA data_version: for which state of the file this is true. */
  #version: unknown
  #committed = nothing
  #known = nothing
  #fresh: InboxRecord[] = []
  /** The keys of `fresh`, made at the first use. */
  #freshKeys: Set<string> | undefined
  #taken: InboxRecord[] = []
  #hasEnded = false

  /** Number of pending records from earlier transactions. */
  size(): number {
    return this.#size - this.#taken.length
  }
  /** Number of records that this transaction has added to the inbox. */
  growth(): number {
    return this.#fresh.length - this.#taken.length
  }
  /** The sequence number of the newest record. */
  newest(): number {
    return this.#committed.newest
  }
  /** The sequence number of the oldest inbox row; infinite when there is none. */
  first(): number {
    return this.#known.first
  }
  /** Whether a merge has begun and not ended. Its inbox rows are on disk until it ends, also those that are applied. */
  isMerging(): boolean {
    return this.#known.first <= this.#known.upto
  }
  /** A profile's pending records from earlier transactions, the oldest first. */
  pending(account: number, objectId: string): readonly InboxRecord[] {
    return this.#of(keyOf(account, objectId))
  }
  /** Whether the profile has a pending record, including those of this transaction. */
  has(account: number, objectId: string): boolean {
    if (this.#fresh.length === 0 && this.#size === 0) return false
    const key = keyOf(account, objectId)
    this.#freshKeys ??= new Set(this.#fresh.map((record) => record.key))
    return this.#freshKeys.has(key) || this.#of(key).length > 0
  }

  begin(sql: Statements): void {
    const { data_version: version } = sql.dataVersion.get() as SqlRow
    if (version !== this.#version) this.#catchUp(sql)
    this.#version = version
  }
  /** Adds a record. It gets a sequence number above all others as the transaction is finished. */
  append(record: InboxRecord): void {
    this.#fresh.push(record)
    this.#freshKeys?.add(record.key)
  }
  /** Takes about `most` records of the current merge, or of a new one: all or none of a profile. Empty when none are left. */
  take(most: number): readonly InboxRecord[] {
    if (!this.isMerging()) {
      this.#keys.sort()
      this.#known = { ...this.#known, upto: this.#committed.newest, position: '' }
    }
    const { upto } = this.#known
    let { position } = this.#known
    const taken: InboxRecord[] = []
    for (const key of this.#keys.above(position)) {
      if (taken.length >= most) break
      for (const record of this.#of(key)) if (record.seq <= upto) taken.push(record)
      position = key
    }
    this.#known = { ...this.#known, position }
    for (const record of taken) this.#taken.push(record)
    return taken
  }
  /** Ends the merge: deletes its inbox rows. */
  end(sql: Statements): void {
    sql.forgetInbox.run(this.#known.upto)
    this.#known = { ...this.#known, first: firstRow(sql) }
    this.#hasEnded = true
  }
  /** Numbers and writes what was appended, and writes how far the merge is. */
  finish(sql: Statements, nextSequence: () => number): void {
    for (const record of this.#fresh) record.seq = nextSequence()
    const [first] = this.#fresh
    if (first) sql.insertInbox.run(first.seq, first.receivedAt, encodeRecords(this.#fresh))
    const { upto, position } = this.#known
    if (upto !== this.#committed.upto || position !== this.#committed.position) sql.writeMerge.run(upto, position)
  }
  /** Call it after the commit: the changes become valid for this process. */
  keep(): void {
    for (const record of this.#taken) this.#drop(record)
    if (this.#hasEnded) this.#keys.prune((key) => this.#latest.has(key))
    for (const record of this.#fresh) this.#add(record)
    const { first, newest } = this.#known
    const [oldest] = this.#fresh
    this.#committed = {
      ...this.#known,
      first: Math.min(first, oldest?.seq ?? first),
      newest: this.#fresh.at(-1)?.seq ?? newest,
    }
    this.forgo()
  }
  /** Call it after a rollback: drops the changes of the transaction. */
  forgo(): void {
    this.#known = this.#committed
    this.#fresh = []
    this.#freshKeys = undefined
    this.#taken = []
    this.#hasEnded = false
  }
  /** Drops all records in memory, because the next connection may open another file. */
  reset(): void {
    this.#latest.clear()
    this.#keys = new SortedKeys()
    this.#size = 0
    this.#version = undefined
    this.#committed = nothing
    this.forgo()
  }

  /** A profile's records that are not applied and were committed before, the oldest first. */
  #of(key: string, known = this.#known): InboxRecord[] {
    const found: InboxRecord[] = []
    let record = this.#latest.get(key)
    for (; record && !isApplied(record, known); record = record.earlier) found.unshift(record)
    return found
  }
  #add(record: InboxRecord): void {
    const earlier = this.#latest.get(record.key)
    if (earlier) record.earlier = earlier
    else this.#keys.add(record.key)
    this.#latest.set(record.key, record)
    this.#size++
  }
  #drop(record: InboxRecord): void {
    delete record.earlier
    if (this.#latest.get(record.key) === record) this.#latest.delete(record.key)
    this.#size--
  }
  /** Adds and drops what other processes have added and applied since. */
  #catchUp(sql: Statements): void {
    const before = this.#committed
    let { first, newest } = before
    for (const row of sql.inboxAfter.all(newest) as SqlRow[])
      for (const record of decodeRecords(Number(row.seq), Number(row.received_at), String(row.records))) {
        this.#add(record)
        first = Math.min(first, record.seq)
        newest = record.seq
      }
    const { upto, position } = sql.readMerge.get() as SqlRow
    const known = { first: firstRow(sql), newest, upto: Number(upto), position: String(position) }
    this.#committed = known
    this.#known = known
    // The same merge has only gone on to its position; after another one anything may be applied.
    const isSame = known.upto === before.upto && known.first === before.first
    const applied: InboxRecord[] = []
    for (const key of isSame ? this.#keys.above(before.position) : this.#latest.keys()) {
      if (isSame && key > known.position) break
      for (const record of this.#of(key, { ...before, first })) if (isApplied(record, known)) applied.push(record)
    }
    for (const record of applied) this.#drop(record)
    if (isSame) return
    this.#keys.prune((key) => this.#latest.has(key))
    this.#keys.sort()
  }
}
