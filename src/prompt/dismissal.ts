/** Number of dismissals, and the time of the last one, in milliseconds since 1970. Both are 0 for never. */
export type Dismissal = readonly [count: number, at: number]

/**
 * Whether the prompt stays hidden: for `days` after the first dismissal, twice as long after each further one. A dismissal
 * in the future, stored while the clock was wrong, is ignored.
 */
export const isSnoozed = ([count, at]: Dismissal, now: number, days: number): boolean =>
  now >= at && now < at + days * 86_400_000 * 2 ** (count - 1)

/** Remembers dismissals. */
export interface DismissalMemory {
  read(): Dismissal
  write(...dismissal: Dismissal): void
}

const key = 'pushferry-prompt'

/** A stored number above this limit is damaged: by default the dismissal would last for 20,000 years. */
const mostCount = 20

/**
 * Remembers dismissals in `localStorage`, or in memory where that is blocked, full or cleared. An invalid stored value
 * counts as no dismissal. Does not touch storage before the first call.
 */
export const createDismissalMemory = (): DismissalMemory => {
  let held = ''
  return {
    read: () => {
      try {
        held = localStorage.getItem(key) ?? held
      } catch {
        // Blocked: use the value in memory.
      }
      const [count = 0, at = 0] = held.split(' ').map(Number)
      return mostCount >= count && count > 0 && at > 0 ? [count, at] : [0, 0]
    },
    write: (count, at) => {
      held = `${Math.min(count, mostCount)} ${at}`
      try {
        localStorage.setItem(key, held)
      } catch {
        // Blocked or full: the value in memory is enough for this page.
      }
    },
  }
}
