/** The result of a lease: the first `rows` of the due rows, or none and the time to wait, in ms. */
export type Take = { rows: number } | { waitMs: number | null }

/**
 * Splits due rows into batches of `max`. Gives full batches, and the remaining rows when one of them has been due for `flushMs`. Pure;
 * every adapter applies it to its due rows, in their order. `nextDueAt`: when another row will be due, if one waits.
 */
export const takeDue = (
  readyAts: readonly number[],
  nextDueAt: number | null,
  { max, flushMs, now }: { max: number; flushMs: number; now: number },
): Take => {
  const full = readyAts.length - (readyAts.length % max)
  const ages = readyAts.slice(full).map((readyAt) => now - readyAt)
  if (ages.length > 0) {
    const wait = flushMs - Math.max(...ages)
    // A negative age means that the clock was set back; such a row does not wait.
    if (wait <= 0 || ages.some((age) => age < 0)) return { rows: readyAts.length }
    if (full === 0) return { waitMs: nextDueAt === null ? wait : Math.min(wait, nextDueAt - now) }
  }
  return full > 0 ? { rows: full } : { waitMs: nextDueAt === null ? null : nextDueAt - now }
}

/** Longest wait of a row, in ms, unless longer ones are configured. A row that is due later got its time from a wrong clock. */
export const farthestDueMs = 8 * 24 * 60 * 60 * 1000
