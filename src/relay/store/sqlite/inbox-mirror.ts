import type { InboxRecord } from './inbox-records.ts'
import { SortedKeys } from './sorted-keys.ts'

/** What a process knows of the inbox on disk. */
export interface Known {
  /** Of PRAGMA data_version: for which state of the file all this is true. */
  version: unknown
  /** The sequence number of the oldest inbox row; infinite when there is none. */
  first: number
  /** The sequence number of the newest record. */
  newest: number
  /** Of the merge at hand, or of the last one; see inbox.ts. */
  upto: number
  position: string
}
/** Whether the table has a record already, though its inbox row may still be on disk. */
export const isApplied = ({ seq, key }: InboxRecord, { first, upto, position }: Known): boolean =>
  seq < first || (seq <= upto && key <= position)

/** The records that are not applied, in memory: by profile, in number, and in the order of their keys. */
export class InboxMirror {
  /** By key the newest one; `earlier` leads to the others. */
  readonly #latest = new Map<string, InboxRecord>()
  readonly #counts = new Map<number, number>()
  readonly #keys = new SortedKeys()
  size = 0

  count(account: number): number {
    return this.#counts.get(account) ?? 0
  }
  /** A profile's records that are not applied, the oldest first. */
  of(key: string, known: Known): InboxRecord[] {
    const found: InboxRecord[] = []
    let record = this.#latest.get(key)
    for (; record && !isApplied(record, known); record = record.earlier) found.unshift(record)
    return found
  }
  add(record: InboxRecord): void {
    const earlier = this.#latest.get(record.key)
    if (earlier) record.earlier = earlier
    else this.#keys.add(record.key)
    this.#latest.set(record.key, record)
    this.#change(record.account, 1)
  }
  drop(record: InboxRecord): void {
    delete record.earlier
    if (this.#latest.get(record.key) === record) this.#latest.delete(record.key)
    this.#change(record.account, -1)
  }
  keys(): Iterable<string> {
    return this.#latest.keys()
  }
  /** The keys of a merge's records, in order, above its position; perhaps with others. */
  keysAbove(position: string): Iterable<string> {
    return this.#keys.above(position)
  }
  /** A merge begins: its keys can be read from now on. */
  beginMerge(): void {
    this.#keys.sort()
  }
  endMerge(): void {
    this.#keys.prune((key) => this.#latest.has(key))
  }
  #change(account: number, by: number): void {
    this.#counts.set(account, this.count(account) + by)
    this.size += by
  }
}
