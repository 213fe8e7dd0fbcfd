/** How often the prompt was dismissed, and when last, in milliseconds since 1970. Both may be NaN, or 0 for never. */
export type Dismissal = readonly [count: number, at: number]

/**
 * Whether the prompt keeps silent: `days` after the first dismissal, twice as long after each further one. A dismissal
 * in the future, which a wrong clock left behind, counts for nothing.
 */
export const isSnoozed = ([count, at]: Dismissal, now: number, days: number): boolean =>
  now >= at && now < at + days * 86_400_000 * 2 ** (count - 1)

/** Remembers dismissals. */
export interface DismissalMemory {
  read(): Dismissal
  write(...dismissal: Dismissal): void
}

const key = 'pushferry-prompt'

/**
 * Remembers dismissals in `localStorage`, across tabs and visits; for the life of the page where that is blocked, full
 * or wiped. What is no dismissal there reads as one that snoozes nothing. Nothing is touched before the first call.
 */
export const createDismissalMemory = (): DismissalMemory => {
  let held = ''
  return {
    read: () => {
      try {
        held = localStorage.getItem(key) ?? held
      } catch {
        // Blocked: what is held has to do.
      }
      const [count = 0, at = 0] = held.split(' ').map(Number)
      return [count, at]
    },
    write: (count, at) => {
      held = `${count} ${at}`
      try {
        localStorage.setItem(key, held)
      } catch {
        // Blocked or full: held is enough for this page.
      }
    },
  }
}
