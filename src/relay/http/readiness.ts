import type { Store } from '../store/port.ts'

export interface ReadinessOptions {
  store: Pick<Store, 'probe'>
  /** A clock that nobody can set, ms. */
  now: () => number
  /** How long an answer is good for, so that health checks write to the disk no more than once in that time. */
  maxAgeMs: number
  /** After which a store that says nothing counts as one that takes nothing. */
  timeoutMs: number
}

/** Makes the question whether the store takes records. All who ask at a time share one probe. Never rejects. */
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
