/**
 * Whole ms since the epoch: the wall clock of this process's start, and the monotonic time since then. A change of the wall clock
 * does not change these waits.
 */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now())
