import { dayMs, stepOf } from './steps.ts'
import type { Latency } from './view/snapshot.ts'

/** Upload latencies of the last day, in bounded memory. */
export interface LatencyLog {
  add(at: number, tookMs: number): void
  /** The latency below which this share (0 to 1) of a period's requests stayed; null: there were no requests. */
  quantile(startsAt: number, lengthMs: number, share: number): number | null
  /** Latency of the last five minutes, or of the last hour when the last five minutes had no requests. */
  lately(now: number): Latency | null
}

/*
 * Histograms, which can be added to cover a longer period. Their buckets begin at 1 ms and grow by a sixth, so percentiles are
 * accurate to 8 %. There is one per five seconds of the last ten minutes, and one per minute of the last day: about 400 kB when
 * every minute has requests.
 */
const growth = 1.16
const buckets = 100
const fineMs = 5_000
const fineKeptMs = 10 * 60_000
const coarseMs = 60_000

const bucketOf = (ms: number): number => Math.min(buckets - 1, Math.round(Math.log(Math.max(1, ms)) / Math.log(growth)))

const createSlots = (slotMs: number, keptMs: number) => {
  const slots = new Map<number, Uint32Array>()
  return {
    add: (at: number, bucket: number): void => {
      const start = stepOf(at, slotMs)
      let slot = slots.get(start)
      if (!slot) {
        slot = new Uint32Array(buckets)
        slots.set(start, slot)
        for (const old of slots.keys()) if (old < start - keptMs) slots.delete(old)
      }
      slot[bucket] = (slot[bucket] ?? 0) + 1
    },
    sum: (startsAt: number, lengthMs: number): Uint32Array => {
      const sum = new Uint32Array(buckets)
      for (let at = stepOf(startsAt, slotMs); at < startsAt + lengthMs; at += slotMs) {
        const slot = slots.get(at)
        if (slot) for (const [bucket, n] of slot.entries()) if (n > 0) sum[bucket] = (sum[bucket] ?? 0) + n
      }
      return sum
    },
  }
}

const total = (counts: Uint32Array): number => counts.reduce((sum, n) => sum + n, 0)

const quantileOf = (counts: Uint32Array, share: number): number | null => {
  const wanted = Math.max(1, Math.ceil(total(counts) * share))
  let seen = 0
  for (const [bucket, n] of counts.entries()) {
    seen += n
    if (seen >= wanted) return Math.round(growth ** bucket)
  }
  return null
}

export const createLatencyLog = (): LatencyLog => {
  const fine = createSlots(fineMs, fineKeptMs)
  const coarse = createSlots(coarseMs, dayMs + coarseMs)
  const sum = (startsAt: number, lengthMs: number): Uint32Array =>
    (lengthMs < coarseMs ? fine : coarse).sum(startsAt, lengthMs)
  return {
    add: (at, tookMs) => {
      const bucket = bucketOf(tookMs)
      fine.add(at, bucket)
      coarse.add(at, bucket)
    },
    quantile: (startsAt, lengthMs, share) => quantileOf(sum(startsAt, lengthMs), share),
    lately: (now) => {
      for (const overMs of [5 * 60_000, 60 * 60_000]) {
        const counts = coarse.sum(now - overMs, overMs + 1)
        const of = (share: number): number => quantileOf(counts, share) ?? 0
        const requests = total(counts)
        if (requests > 0) return { overMs, requests, p50Ms: of(0.5), p95Ms: of(0.95), p99Ms: of(0.99) }
      }
      return null
    },
  }
}
