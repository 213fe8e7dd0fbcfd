/** What a lease gives of the rows that are due: the first `rows` of them, or none and how long to wait, in ms. */
export type Take = { rows: number } | { waitMs: number | null }

/**
 * Cuts due rows into batches of `max`. Full batches are given, and rows that fill none when one of them has been due for
 * `flushMs`. Pure; every adapter applies it to the rows that it has found, in their order. `nextDueAt` is when another row
 * will be due, null when none is waiting.
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
    // An age below zero is a clock that was set back: such a row is not kept waiting for it.
    if (wait <= 0 || ages.some((age) => age < 0)) return { rows: readyAts.length }
    if (full === 0) return { waitMs: nextDueAt === null ? wait : Math.min(wait, nextDueAt - now) }
  }
  return full > 0 ? { rows: full } : { waitMs: nextDueAt === null ? null : nextDueAt - now }
}

/**
 * How far in the future a waiting row may honestly be due, in ms, unless longer waits are configured. One that is due later
 * than that was given its time by a clock that has since been set back, and counts as due.
 */
export const farthestDueMs = 8 * 24 * 60 * 60 * 1000
