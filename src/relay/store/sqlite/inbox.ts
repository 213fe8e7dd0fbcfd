import type { SqlRow } from './driver.ts'
import { InboxMirror, isApplied, type Known } from './inbox-mirror.ts'
import { decodeRecords, encodeRecords, type InboxRecord, keyOf } from './inbox-records.ts'
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

/** The inbox as one transaction sees and changes it. After a rollback it is simply dropped. */
export class InboxView {
  readonly #sql: Statements
  readonly #mirror: InboxMirror
  readonly #before: Known
  readonly #keep: (known: Known) => void
  #known: Known
  #fresh: InboxRecord[] = []
  /** The keys of `fresh`, once somebody asks. */
  #freshKeys: Set<string> | undefined
  #taken: InboxRecord[] = []
  #hasEnded = false
  #changes = new Map<number, number>()

  constructor(sql: Statements, mirror: InboxMirror, known: Known, keep: (known: Known) => void) {
    this.#sql = sql
    this.#mirror = mirror
    this.#before = known
    this.#known = known
    this.#keep = keep
  }
  /** How many records are not applied and were committed before. */
  size(): number {
    return this.#mirror.size - this.#taken.length
  }
  /** By how many records this transaction has made the inbox longer. */
  growth(): number {
    return this.#fresh.length - this.#taken.length
  }
  /** How many records of an account are not applied, with those of this very transaction. */
  count(account: number): number {
    return this.#mirror.count(account) + (this.#changes.get(account) ?? 0)
  }
  /** Records of a profile that are not applied and were committed before, the oldest first. */
  pending(account: number, objectId: string): readonly InboxRecord[] {
    return this.#mirror.size > 0 ? this.#mirror.of(keyOf(account, objectId), this.#known) : []
  }
  /** Whether a record of the profile is not applied, be it of this very transaction. */
  has(account: number, objectId: string): boolean {
    if (this.#fresh.length === 0 && this.#mirror.size === 0) return false
    this.#freshKeys ??= new Set(this.#fresh.map(({ key }) => key))
    return this.#freshKeys.has(keyOf(account, objectId)) || this.pending(account, objectId).length > 0
  }
  /** Whether a merge has begun and not ended. Its inbox rows are on disk until it ends, also those that are applied. */
  isMerging(): boolean {
    return this.#known.first <= this.#known.upto
  }
  /** Adds a record, with a sequence number above all others. */
  append(record: InboxRecord): void {
    this.#fresh.push(record)
    this.#freshKeys?.add(record.key)
    this.#change(record.account, 1)
  }
  /** Takes about `most` records of the current merge or of a new one, and of a profile all or none. Empty when no more are left. */
  take(most: number): readonly InboxRecord[] {
    if (!this.isMerging()) {
      this.#mirror.beginMerge()
      this.#known = { ...this.#known, upto: this.#before.newest, position: '' }
    }
    const { upto } = this.#known
    let { position } = this.#known
    const taken: InboxRecord[] = []
    for (const key of this.#mirror.keysAbove(position)) {
      if (taken.length >= most) break
      for (const record of this.#mirror.of(key, this.#known)) if (record.seq <= upto) taken.push(record)
      position = key
    }
    this.#known = { ...this.#known, position }
    for (const record of taken) {
      this.#taken.push(record)
      this.#change(record.account, -1)
    }
    return taken
  }
  /** Ends the merge: deletes its inbox rows. */
  end(): void {
    this.#sql.forgetInbox.run(this.#known.upto)
    this.#known = { ...this.#known, first: firstRow(this.#sql) }
    this.#hasEnded = true
  }
  /** Writes what was appended and how far the merge is. */
  finish(): void {
    for (const records of consecutive(this.#fresh)) {
      const [{ seq, receivedAt }] = records
      this.#sql.insertInbox.run(seq, receivedAt, encodeRecords(records))
    }
    const { upto, position } = this.#known
    if (upto !== this.#before.upto || position !== this.#before.position) this.#sql.writeMerge.run(upto, position)
  }
  /** For behind the commit: what was done counts from now on. */
  keep(): void {
    for (const record of this.#taken) this.#mirror.drop(record)
    if (this.#hasEnded) this.#mirror.endMerge()
    for (const record of this.#fresh) this.#mirror.add(record)
    const { first, newest } = this.#known
    const [oldest] = this.#fresh
    this.#keep({
      ...this.#known,
      first: Math.min(first, oldest?.seq ?? first),
      newest: this.#fresh.at(-1)?.seq ?? newest,
    })
  }
  #change(account: number, by: number): void {
    this.#changes.set(account, (this.#changes.get(account) ?? 0) + by)
  }
}

/** What this process knows of the inbox from one transaction to the next. */
export class Inbox {
  readonly #mirror = new InboxMirror()
  #known: Known = { version: undefined, first: Number.POSITIVE_INFINITY, newest: 0, upto: 0, position: '' }

  /** At the beginning of a transaction, which is one snapshot. */
  begin(sql: Statements): InboxView {
    const { data_version: version } = sql.dataVersion.get() as SqlRow
    if (version !== this.#known.version) this.#catchUp(sql, version)
    return new InboxView(sql, this.#mirror, this.#known, (known) => {
      this.#known = known
    })
  }
  /** As of the last commit of this process, as all below. */
  size(): number {
    return this.#mirror.size
  }
  isMerging(): boolean {
    return this.#known.first <= this.#known.upto
  }
  /** The sequence number of the newest record. */
  newest(): number {
    return this.#known.newest
  }
  /** The sequence number of the oldest inbox row; infinite when there is none. */
  first(): number {
    return this.#known.first
  }
  /** Adds and drops what other processes have added and applied since. */
  #catchUp(sql: Statements, version: unknown): void {
    const before = this.#known
    let { first, newest } = before
    for (const row of sql.inboxAfter.all(newest) as SqlRow[])
      for (const record of decodeRecords(Number(row.seq), Number(row.received_at), String(row.records))) {
        this.#mirror.add(record)
        first = Math.min(first, record.seq)
        newest = record.seq
      }
    const { upto, position } = sql.readMerge.get() as SqlRow
    const known = { version, first: firstRow(sql), newest, upto: Number(upto), position: String(position) }
    this.#known = known
    // The same merge has only gone on to its position; after another one anything may be applied.
    const isSame = known.upto === before.upto && known.first === before.first
    const applied: InboxRecord[] = []
    for (const key of isSame ? this.#mirror.keysAbove(before.position) : this.#mirror.keys()) {
      if (isSame && key > known.position) break
      for (const record of this.#mirror.of(key, { ...before, first }))
        if (isApplied(record, known)) applied.push(record)
    }
    for (const record of applied) this.#mirror.drop(record)
    if (isSame) return
    this.#mirror.endMerge()
    this.#mirror.beginMerge()
  }
}
