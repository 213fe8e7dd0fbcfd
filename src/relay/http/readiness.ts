import type { Store } from '../store/port.ts'

export interface ReadinessOptions {
  store: Pick<Store, 'probe'>
  /** Monotonic clock, in ms. */
  now: () => number
  /** Lifetime of an answer in ms. Health checks write to the disk at most once in that time. */
  maxAgeMs: number
  /** Timeout of a probe in ms; after it the store counts as unable to take records. */
  timeoutMs: number
}

/** Makes a check whether the store takes records. Concurrent calls share one probe. Never rejects. */
export const createReadiness = ({ store, now, maxAgeMs, timeoutMs }: ReadinessOptions): (() => Promise<boolean>) => {
  const probe = async (): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, false)
    })
    const taken = store.probe().then(
      () => true,
      () => false,
    )
    try {
      return await Promise.race([taken, late])
    } finally {
      clearTimeout(timer)
    }
  }
  let asked: { answer: Promise<boolean>; goodUntil: number } | undefined
  return () => {
    if (asked && asked.goodUntil > now()) return asked.answer
    const current = { answer: probe(), goodUntil: Number.POSITIVE_INFINITY }
    asked = current
    void current.answer.then(() => {
      current.goodUntil = now() + maxAgeMs
    })
    return current.answer
  }
}
